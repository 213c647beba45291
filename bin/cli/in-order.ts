/**
 * Runs for each item, at most `limit` at a time, and yields the results in the order of the items. It takes no more items than its reader
 * takes results, so memory does not grow with their number.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  run: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = run(item);
    // It is awaited below, in its turn; an earlier one may have failed until then.
    result.catch(() => {});
    running.push(result);
    if (running.length >= limit) yield* await takeFirst(running);
  }
  while (running.length > 0) yield* await takeFirst(running);
}

const takeFirst = <R>(running: Promise<R>[]): Promise<R[]> => Promise.all(running.splice(0, 1));
