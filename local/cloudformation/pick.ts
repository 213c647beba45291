/** By what a resource may be asked for. */
export interface Named {
  readonly logicalId: string;
  readonly name: string;
  readonly constructPath?: string;
}

/**
 * The one resource of this name: its logical id or name, or a part of logical id, name or construct path that no other has.
 * @throws listing what there is
 */
export function pick<T extends Named>(asked: string, kind: string, all: readonly T[]): T {
  const exact = all.filter(({ logicalId, name }) => logicalId === asked || name === asked);
  const wanted = asked.toLowerCase();
  const partly = all.filter((one) =>
    [one.logicalId, one.name, one.constructPath ?? ''].some((text) => text.toLowerCase().includes(wanted)),
  );
  const found = exact.length > 0 ? exact : partly;
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const ids = (list: readonly T[]) => list.map(({ logicalId }) => logicalId).join(', ') || 'none';
  throw new Error(
    found.length > 1
      ? `${JSON.stringify(asked)} is more than one ${kind}: ${ids(found)}`
      : `there is no ${kind} ${JSON.stringify(asked)}; there is: ${ids(all)}`,
  );
}
