import { descriptor, OCI, ociImage } from '../../support/manifests';

const MIB = 1024 * 1024;

const each = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const layered = (count: number, more: object = {}) =>
  ociImage('app', { layers: each(count, (n) => descriptor(OCI.gzip, `layer ${n}`, { size: 1_000_000 + n })), ...more });
const annotations = (count: number) =>
  Object.fromEntries(each(count, (n) => [`com.example.annotation.${n}`, `value ${n}`]));

/** Each as JSON, from what people push to the most that ECR takes. */
export const MANIFESTS: Readonly<Record<string, () => string>> = {
  'typical, 8 layers': () => JSON.stringify(layered(8, { annotations: annotations(3) })),
  'as BuildKit writes it, 8 layers': () => JSON.stringify(layered(8, { annotations: annotations(3) }), null, 2),
  '100 layers': () => JSON.stringify(layered(100)),
  '4 MiB of layers': () => JSON.stringify(layered(Math.floor((4 * MIB - 1_000) / 158))),
  '4 MiB of annotations': () => JSON.stringify(layered(8, { annotations: annotations(85_000) })),
};
