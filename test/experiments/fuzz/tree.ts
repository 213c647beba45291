/** JSON as a tree that can hold what no JavaScript value can: the same key twice, and literals as they are written. */
export type Tree = { literal: string } | { items: Tree[] } | { entries: [key: string, value: Tree][] };

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return { literal: JSON.stringify(value) };
  return { entries: Object.entries(value).map(([key, inner]) => [JSON.stringify(key), treeOf(inner)]) };
}

export function write(tree: Tree, space: string): string {
  if ('literal' in tree) return tree.literal;
  if ('items' in tree) return `[${space}${tree.items.map((item) => write(item, space)).join(`,${space}`)}]`;
  return `{${tree.entries.map(([key, value]) => `${space}${key}:${space}${write(value, space)}`).join(',')}${space}}`;
}

export interface Slot {
  readonly value: Tree;
  readonly entry: [key: string, value: Tree] | undefined;
  readonly siblings: unknown[];
  readonly at: number;
  set(value: Tree): void;
}

export function slotsOf(tree: Tree): Slot[] {
  if ('literal' in tree) return [];
  if ('items' in tree)
    return tree.items.flatMap((value, at) => [
      { value, entry: undefined, siblings: tree.items, at, set: (other: Tree) => tree.items.splice(at, 1, other) },
      ...slotsOf(value),
    ]);
  return tree.entries.flatMap((entry, at) => [
    {
      value: entry[1],
      entry,
      siblings: tree.entries,
      at,
      set: (other: Tree) => {
        entry[1] = other;
      },
    },
    ...slotsOf(entry[1]),
  ]);
}
