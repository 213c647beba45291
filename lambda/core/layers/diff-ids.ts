import { isDigest } from '../manifest/digest';
import { parseJson } from '../manifest/json';
import { Refusal, refusalOr } from '../reasons';

/** The digests of the uncompressed layers. https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid */
export const diffIdsOf = (config: Uint8Array): readonly string[] | Refusal =>
  refusalOr(() => {
    const json = parseJson(config);
    const rootfs = json instanceof Map ? json.get('rootfs') : undefined;
    const diffIds = rootfs instanceof Map ? rootfs.get('diff_ids') : undefined;
    if (!Array.isArray(diffIds) || !diffIds.every((diffId) => typeof diffId === 'string' && isDigest(diffId)))
      throw new Refusal('bad-field', 'rootfs.diff_ids of the config is not a list of sha256 digests');
    return diffIds as readonly string[];
  });
