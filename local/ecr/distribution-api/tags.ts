import { type Exchange, methodNotAllowed, sendJson } from './exchange';

/** `GET /v2/<name>/tags/list`: all tags at once, in lexical order. */
export async function serveTags({ registry, response, method, repository }: Exchange): Promise<void> {
  if (method !== 'GET') throw methodNotAllowed(method, 'tag list');
  const { name, tags } = registry.get(repository);
  sendJson(response, { name, tags: [...tags.keys()].sort() });
}
