/** The names by which a resource can be picked. */
export interface Named {
  readonly logicalId: string;
  readonly name: string;
}

/**
 * The resource with this logical id or name, or with a part of either that no other resource has.
 * @throws with a list of the resources
 */
export function pick<T extends Named>(wanted: string, kind: string, all: readonly T[]): T {
  const exact = all.filter(({ logicalId, name }) => logicalId === wanted || name === wanted);
  const part = wanted.toLowerCase();
  const partial = all.filter(({ logicalId, name }) =>
    [logicalId, name].some((text) => text.toLowerCase().includes(part)),
  );
  const found = exact.length > 0 ? exact : partial;
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const ids = (list: readonly T[]) => list.map(({ logicalId }) => logicalId).join(', ') || 'none';
  throw new Error(
    found.length > 1
      ? `${JSON.stringify(wanted)} is more than one ${kind}: ${ids(found)}`
      : `there is no ${kind} ${JSON.stringify(wanted)}; expected one of: ${ids(all)}`,
  );
}
