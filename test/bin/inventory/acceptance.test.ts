import { acceptanceOf, type ImageToAccept } from '../../../bin/inventory/acceptance';
import { readManifest } from '../../../lambda/core/manifest/manifest';
import { bytesOf, DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../support/manifests';

const imageOf = (manifest: { mediaType?: string }, mediaType = manifest.mediaType ?? ''): ImageToAccept => ({
  mediaType,
  manifest: readManifest(bytesOf(manifest), mediaType),
});
const verdicts = (subject: ImageToAccept) =>
  [acceptanceOf('sagemaker', subject), acceptanceOf('lambda', subject)].map(({ verdict }) => verdict);
const layers = (...types: string[]) => ({ layers: types.map((type, at) => descriptor(type, `layer-${at}`)) });
const ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
const CACHE = 'application/vnd.buildkit.cacheconfig.v0';
const children = [descriptor(OCI.manifest, 'child', platform('amd64'))];

test.each<[string, ImageToAccept, sageMaker: string, lambda: string]>([
  ['an OCI manifest', imageOf(ociImage()), 'refused', 'accepted'],
  ['an OCI manifest with plain tar layers', imageOf(ociImage('app', layers(OCI.tar))), 'refused', 'accepted'],
  ['an OCI manifest with zstd layers', imageOf(ociImage('app', layers(OCI.gzip, OCI.zstd))), 'refused', 'unknown'],
  ['an OCI manifest with foreign layers', imageOf(ociImage('app', layers(OCI.foreignGzip))), 'refused', 'unknown'],
  ['kaniko, OCI around Docker types', imageOf(ociImage('app', layers(DOCKER.gzip))), 'refused', 'unknown'],
  ['an OCI index', imageOf(index(children)), 'refused', 'refused'],
  ['a Docker list', imageOf(index(children, { mediaType: DOCKER.list })), 'unknown', 'refused'],
  ['a Docker manifest', imageOf(dockerImage()), 'accepted', 'accepted'],
  ['a Docker manifest with plain tar layers', imageOf(dockerImage('app', layers(DOCKER.tar))), 'unknown', 'refused'],
  ['a Docker manifest with zstd layers', imageOf(dockerImage('app', layers(ZSTD))), 'unknown', 'unknown'],
  ['a Docker manifest with OCI layers', imageOf(dockerImage('app', layers(OCI.gzip))), 'unknown', 'unknown'],
  [
    'a chart',
    imageOf(ociImage('app', { config: descriptor('application/vnd.cncf.helm.config.v1+json', 'c') })),
    'refused',
    'refused',
  ],
  [
    'a cache',
    imageOf(index([descriptor(DOCKER.gzip, 'l'), descriptor(CACHE, 'c')], { mediaType: DOCKER.list })),
    'refused',
    'refused',
  ],
  ['an ambiguous OCI manifest', imageOf(ociImage('app', { manifests: [] })), 'refused', 'unknown'],
  ['an ambiguous Docker manifest', imageOf(dockerImage('app', { manifests: [] })), 'unknown', 'unknown'],
  ['a listed OCI manifest, unread', { mediaType: OCI.manifest }, 'refused', 'accepted'],
  ['a listed OCI index, unread', { mediaType: OCI.index }, 'refused', 'refused'],
  ['a listed Docker list, unread', { mediaType: DOCKER.list }, 'unknown', 'refused'],
  ['a listed Docker manifest, unread', { mediaType: DOCKER.manifest }, 'accepted', 'accepted'],
])('%s', (_, subject, sageMaker, lambda) => {
  expect(verdicts(subject)).toEqual([sageMaker, lambda]);
});

test('a URI of more than 255 characters is too long for SageMaker alone', () => {
  const uri = (length: number) => 'r'.repeat(length);
  expect(verdicts({ ...imageOf(dockerImage()), uri: uri(255) })).toEqual(['accepted', 'accepted']);
  expect(verdicts({ ...imageOf(dockerImage()), uri: uri(256) })).toEqual(['refused', 'accepted']);
});

test('more than 10 GB of layers are too many for Lambda alone', () => {
  const huge = { layers: [{ ...descriptor(DOCKER.gzip, 'huge'), size: 11 * 1024 ** 3 }] };
  expect(verdicts(imageOf(dockerImage('app', huge)))).toEqual(['accepted', 'refused']);
});

test('a refusal by its type names the report that it rests on', () => {
  expect(acceptanceOf('sagemaker', imageOf(ociImage())).evidence).toMatch(/^https:\/\//);
  expect(acceptanceOf('lambda', imageOf(index(children))).evidence).toMatch(/^https:\/\//);
});
