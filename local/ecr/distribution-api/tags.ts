import { type Exchange, methodNotAllowed, sendJson } from './exchange';
import { RegistryError } from './registry-error';

/** `GET /v2/<name>/tags/list`, in lexical order, paged by `n` and `last`. */
export async function serveTags({ registry, response, method, repository, query }: Exchange): Promise<void> {
  if (method !== 'GET') throw methodNotAllowed(method, 'tag list');
  const { name, tags } = registry.get(repository);
  const size = Number(query.get('n') ?? 1000);
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RegistryError(
      400,
      'PAGINATION_NUMBER_INVALID',
      `'n' must be a whole number from 1, not '${query.get('n')}'`,
    );
  }
  const after = query.get('last') ?? '';
  const rest = [...tags.keys()].filter((tag) => tag > after).sort();
  const found = rest.slice(0, size);
  const last = found.at(-1);
  const link: Record<string, string> =
    rest.length > size && last !== undefined
      ? { link: `</v2/${name}/tags/list?n=${size}&last=${encodeURIComponent(last)}>; rel="next"` }
      : {};
  sendJson(response, { name, tags: found }, link);
}
