import http from 'node:http';
import https, { type Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Fetch } from '../../lambda/ecr/layer-download';
import type { ProxyAgent } from './proxy-agent';
import { hasProxy } from './proxy-choice';

/** Without `throwOnRequestTimeout` the SDK only warns, and waits. */
const TIMEOUTS = { connectionTimeout: 5_000, throwOnRequestTimeout: true };
const REQUEST_TIMEOUT_MS = 15_000;

/** Loaded only where there is a proxy: most runs have none, and start faster without. */
async function proxyAgent(): Promise<ProxyAgent> {
  const module = await import('./proxy-agent');
  return new module.ProxyAgent(process.env);
}

/**
 * How the AWS SDK sends requests: through the proxies of the environment, which it doesn't look at by itself.
 * @param requestTimeout of one call, in milliseconds
 */
export const requestHandler = (requestTimeout: number = REQUEST_TIMEOUT_MS): NodeHttpHandler =>
  new NodeHttpHandler(async () => {
    const timeouts = { ...TIMEOUTS, requestTimeout };
    if (!hasProxy(process.env)) return timeouts;
    const agent = await proxyAgent();
    // The SDK's type asks for an https.Agent, and Node.js for any agent.
    return { ...timeouts, httpAgent: agent, httpsAgent: agent as unknown as HttpsAgent };
  });

/**
 * A `fetch` that goes through the proxies of the environment, for blobs. Node's own looks at them only since Node.js 24, and only if
 * NODE_USE_ENV_PROXY is set: https://nodejs.org/api/cli.html#node_use_env_proxy1
 */
export function proxiedFetch(): Fetch {
  if (!hasProxy(process.env)) return fetch;
  const agent = proxyAgent();
  return async (url, { signal, headers = {} }) => {
    const options = { agent: await agent, signal, headers };
    return new Promise((resolve, reject) => {
      const { get } = url.startsWith('https:') ? https : http;
      get(url, options, (response) => {
        const { statusCode: status = 0 } = response;
        resolve({ ok: status >= 200 && status < 300, status, body: response });
      }).once('error', reject);
    });
  };
}
