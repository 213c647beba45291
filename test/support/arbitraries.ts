import fc from 'fast-check';
import { DOCKER, OCI } from './manifests';

const digest = fc
  .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  .map((hex) => `sha256:${hex}`);
const size = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
const name = fc.string({ unit: fc.constantFrom(...'abcxyz'), minLength: 1, maxLength: 6 });
const annotations = fc.dictionary(name, fc.string({ unit: 'binary', maxLength: 12 }), {
  maxKeys: 3,
  noNullPrototype: true,
});
const urls = fc.array(fc.webUrl({ withQueryParameters: true, withFragments: true }), { minLength: 1, maxLength: 2 });

export const aDescriptor = fc.record({ mediaType: fc.constant(OCI.manifest), size, digest });

const extras = fc.record(
  {
    annotations,
    data: fc.base64String({ maxLength: 8 }),
    platform: fc.constant({ os: 'linux', architecture: 'amd64' }),
  },
  { requiredKeys: [] },
);

const described = (mediaType: fc.Arbitrary<string>, withUrls: fc.Arbitrary<{ urls?: string[] }> = fc.constant({})) =>
  fc
    .tuple(fc.record({ mediaType, size, digest }), extras, withUrls)
    .map(([own, more, some]) => ({ ...own, ...more, ...some }));

/** The layer types that have a Docker name; each descriptor may carry fields that Docker V2 Schema 2 has no place for. */
const layer = described(
  fc.constantFrom(
    OCI.gzip,
    OCI.gzip,
    OCI.tar,
    OCI.foreignGzip,
    OCI.foreignTar,
    DOCKER.gzip,
    DOCKER.tar,
    DOCKER.foreignGzip,
  ),
  fc.record({ urls }, { requiredKeys: [] }),
);

/** Image manifests that can be converted: OCI, Docker, or mixed. */
export const anImageManifest = fc.record(
  {
    schemaVersion: fc.constant(2),
    mediaType: fc.constantFrom(OCI.manifest, OCI.manifest, DOCKER.manifest),
    config: described(fc.constantFrom(OCI.config, DOCKER.config)),
    layers: fc.array(layer, { minLength: 1, maxLength: 5 }),
    annotations,
    subject: aDescriptor,
    futureField: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: ['schemaVersion', 'mediaType', 'config', 'layers'] },
);

/** Docker V2 Schema 2 as its specification has it, in the order of keys that Go writes. */
export const aPlainDockerManifest = fc.record({
  schemaVersion: fc.constant(2),
  mediaType: fc.constant<string>(DOCKER.manifest),
  config: fc.record({ mediaType: fc.constant<string>(DOCKER.config), size, digest }),
  layers: fc.array(
    fc.oneof(
      fc.record({ mediaType: fc.constantFrom<string>(DOCKER.gzip, DOCKER.tar), size, digest }),
      fc.record({ mediaType: fc.constantFrom<string>(DOCKER.foreignGzip, DOCKER.foreignTar), size, digest, urls }),
    ),
    { minLength: 1, maxLength: 5 },
  ),
});
