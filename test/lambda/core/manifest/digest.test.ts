import { digestOf, isDigest } from '../../../../lambda/core/manifest/digest';

const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('names the bytes as sha256sum does', () => {
  expect(digestOf(new Uint8Array())).toBe(`sha256:${HEX}`);
});

test('a digest is sha256, a colon and 64 lower-case hex digits', () => {
  expect(isDigest(`sha256:${HEX}`)).toBe(true);
  const wrong = [
    `${HEX}`,
    `sha256:${HEX}0`,
    `sha256:${HEX.slice(1)}`,
    `xsha256:${HEX}`,
    `sha256:${HEX.toUpperCase()}`,
    '',
  ];
  expect(wrong.filter(isDigest)).toEqual([]);
  expect(isDigest(`sha256:${HEX.replace('e', 'g')}`)).toBe(false);
});
