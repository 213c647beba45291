type Environment = Readonly<Record<string, string | undefined>>;

/** A variable in lower case wins, as for curl and the AWS CLI. */
const variable = (environment: Environment, name: string): string =>
  environment[name.toLowerCase()] || environment[name] || '';

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether the environment names any proxy. */
export const hasProxy = (environment: Environment): boolean =>
  ['HTTPS_PROXY', 'HTTP_PROXY'].some((name) => variable(environment, name) !== '');

/** The proxy for a request, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY; nothing if it goes there directly. */
export function proxyFor(target: URL, environment: Environment): URL | undefined {
  const { protocol, hostname } = target;
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = variable(environment, name);
  // A proxy is elsewhere, and can't reach `ecr-oci local`.
  if (proxy === '' || LOOPBACK.test(hostname) || isExempt(target, variable(environment, 'NO_PROXY'))) return undefined;
  const text = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (URL.canParse(text) && /^https?:\/\//.test(text)) return new URL(text);
  // It can hold a password.
  throw new Error(`${name} is not the URL of an HTTP proxy; expected one such as http://proxy.example.com:3128`);
}

/** An entry stands for a host and all below it, with or without a leading dot: `amazonaws.com`, `.amazonaws.com`, `*.amazonaws.com`. */
function isExempt({ protocol, hostname, port }: URL, list: string): boolean {
  const targetPort = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, pattern = entry, entryPort = targetPort] = /^(.*[^:]):(\d+)$/.exec(entry) ?? [];
      const host = pattern.replace(/^\*?\./, '');
      return entryPort === targetPort && (hostname === host || hostname.endsWith(`.${host}`));
    });
}
