import { digestOf } from '../../../local/images/blob';
import { problemsOf } from './companions';
import { testImages } from './images';
import { randomNames } from './names';

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';

/** What a companion of the image looks like, changed. */
async function problems(change: (manifest: Record<string, unknown>) => object, recompressed = false) {
  const { manifest: image } = await testImages(randomNames());
  const docker = JSON.parse(image.runnable.text.replaceAll('vnd.oci.image', 'vnd.docker'));
  const text = JSON.stringify({ ...docker, mediaType: DOCKER, ...change(docker) });
  return problemsOf(digestOf(text), text, image, recompressed);
}
const other = (digest: string) => ({ digest, mediaType: 'application/vnd.docker.container.image.v1+json' });

test('a companion with the same config and layers has no problem', async () => {
  expect(await problems(() => ({}))).toEqual([]);
});

test.each([
  ['the OCI media type', { mediaType: 'application/vnd.oci.image.manifest.v1+json' }, 'has an OCI media type'],
  ['another config', { config: other('sha256:1') }, 'another config'],
  ['other layers', { layers: [other('sha256:1'), other('sha256:2')] }, 'other layers'],
  ['a layer too few', { layers: [other('sha256:1')] }, "hasn't as many layers"],
])('%s is a problem', async (_, change, problem) => {
  expect((await problems(() => change)).join()).toContain(problem);
});

test('a recompressed companion has other layers', async () => {
  const layers = [other('sha256:1'), other('sha256:2')];
  expect(await problems(() => ({ layers }), true)).toEqual([]);
});

test('a digest that is not that of the bytes is a problem', async () => {
  const { manifest: image } = await testImages(randomNames());
  expect(problemsOf('sha256:0', image.runnable.text, image).join()).toContain('not sha256:0');
});
