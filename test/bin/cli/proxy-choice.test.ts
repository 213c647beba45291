import { hasProxy, proxyFor } from '../../../bin/cli/proxy-choice';

const PROXY = 'http://proxy.example.com:3128/';
const ECR = 'https://api.ecr.eu-north-1.amazonaws.com/';
const choose = (target: string, environment: Record<string, string>) => proxyFor(new URL(target), environment)?.href;

test('HTTPS_PROXY is for https, HTTP_PROXY for http; a name in lower case wins, and an empty one counts as unset', () => {
  expect(choose(ECR, { HTTPS_PROXY: PROXY })).toBe(PROXY);
  expect(choose(ECR, { HTTP_PROXY: PROXY })).toBeUndefined();
  expect(choose('http://ecr.example.com/', { HTTP_PROXY: PROXY })).toBe(PROXY);
  expect(choose('http://ecr.example.com/', { HTTPS_PROXY: PROXY })).toBeUndefined();
  expect(choose(ECR, { HTTPS_PROXY: 'http://other:1', https_proxy: PROXY })).toBe(PROXY);
  expect(choose(ECR, { HTTPS_PROXY: PROXY, https_proxy: '' })).toBe(PROXY);
  expect(choose(ECR, { HTTPS_PROXY: 'proxy.example.com:3128' })).toBe(PROXY);
  expect([{ http_proxy: PROXY }, { HTTPS_PROXY: '' }, {}].map(hasProxy)).toEqual([true, false, false]);
});

test.each<[noProxy: string, isDirect: boolean]>([
  ['*', true],
  ['api.ecr.eu-north-1.amazonaws.com', true],
  ['amazonaws.com', true],
  ['.amazonaws.com', true],
  ['*.amazonaws.com', true],
  ['localhost, .AMAZONAWS.COM', true],
  ['localhost .amazonaws.com', true],
  ['amazonaws.com:443', true],
  ['amazonaws.com:80', false],
  ['naws.com', false],
  ['.ecr.eu-west-1.amazonaws.com', false],
  [',,', false],
])('NO_PROXY=%s', (noProxy, isDirect) => {
  for (const name of ['NO_PROXY', 'no_proxy'])
    expect(choose(ECR, { HTTPS_PROXY: PROXY, [name]: noProxy }) === undefined).toBe(isDirect);
});

test('this machine needs no proxy', () => {
  for (const host of ['127.0.0.1:5111', 'localhost:5111', '[::1]:5111'])
    expect(choose(`http://${host}/`, { HTTP_PROXY: PROXY })).toBeUndefined();
});

test.each(['socks5://proxy:1080', 'http://'])(
  '%s is not a proxy that we know, and its password is not shown',
  (url) => {
    const withPassword = url.replace('//', '//me:secret@');
    expect(() => choose(ECR, { HTTPS_PROXY: withPassword })).toThrow(
      /^HTTPS_PROXY is not the URL of an HTTP proxy; expected/,
    );
    expect(() => choose(ECR, { HTTPS_PROXY: withPassword })).not.toThrow(/secret/);
  },
);
