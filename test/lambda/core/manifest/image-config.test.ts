import { platformOfConfig } from '../../../../lambda/core/manifest/image-config';

const platformOf = (config: unknown) => platformOfConfig(new TextEncoder().encode(JSON.stringify(config)));

test('is read from os, architecture and variant', () => {
  expect(platformOf({ os: 'linux', architecture: 'arm', variant: 'v6' })).toEqual({
    os: 'linux',
    architecture: 'arm',
    variant: 'v6',
  });
  expect(platformOf({ os: 'linux', architecture: 'amd64', variant: 7 })).toEqual({
    os: 'linux',
    architecture: 'amd64',
  });
});

test.each([
  ['without os', { architecture: 'amd64' }],
  ['without architecture', { os: 'linux' }],
  ['with an os that is not a name', { os: 'linux; rm -rf', architecture: 'amd64' }],
  ['with an architecture that is a number', { os: 'linux', architecture: 64 }],
  ['that is an array', ['linux', 'amd64']],
  ['that is a text', 'linux/amd64'],
])('a config %s names no platform', (_, config) => {
  expect(platformOf(config)).toMatchObject({
    reason: 'bad-field',
    detail: 'the image config names no os and architecture',
  });
});

test('a config that is not JSON is refused, not thrown', () => {
  expect(platformOfConfig(new TextEncoder().encode('{'))).toMatchObject({ reason: 'not-json' });
});
