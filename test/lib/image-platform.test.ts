import { Lazy } from 'aws-cdk-lib';
import { formatPlatform, parsePlatform } from '../../lambda/core/manifest/platform';
import { ImagePlatform } from '../../lib';

const token = Lazy.string({ produce: () => 'later' });

const known = [
  'linux/386',
  'linux/amd64',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64',
  'linux/loong64',
  'linux/mips64le',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
];

test.each([...known, 'linux/arm64/v8', 'linux/arm'])('normalizes %s as the function does', (name) => {
  const platform = parsePlatform(name);
  if (!platform) throw new Error(`the function cannot read ${name}`);
  expect(ImagePlatform.of(name).platform).toBe(formatPlatform(platform));
});

test.each([
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/v6', 'linux/arm/v6'],
])('%s is %s', (name, platform) => {
  expect(ImagePlatform.of(name)).toMatchObject({ platform });
});

test.each(['LINUX_AMD64', 'LINUX_ARM64', 'LINUX_ARM_V7'] as const)('%s is what of() makes of its name', (name) => {
  expect(ImagePlatform.of(ImagePlatform[name].platform)).toEqual(ImagePlatform[name]);
});

test.each(['', 'amd64', 'linux', 'linux/x86', 'Linux/amd64', 'windows/amd64', 'unknown/unknown', 'linux/amd64 '])(
  'refuses %j with the platforms to choose from',
  (name) => {
    expect(() => ImagePlatform.of(name)).toThrow(
      new Error(`unknown platform '${name}'; expected one of ${known.join(', ')}`),
    );
  },
);

test('refuses a token', () => expect(() => ImagePlatform.of(token)).toThrow(/is a token.*linux\/amd64/));
