import { Refusal, refusalOr } from '../reasons';
import { arrayAt, badField, objectAt } from './descriptor';
import { isDigest } from './digest';
import { parseJson } from './json';
import { isPlatformName, type Platform, platformOf } from './platform';

/** The platform that the config of an image names. https://github.com/opencontainers/image-spec/blob/main/config.md */
export const platformOfConfig = (config: Uint8Array): Platform | Refusal =>
  refusalOr(() => {
    const json = parseJson(config);
    const text = (field: string): string | undefined => {
      const value = json instanceof Map ? json.get(field) : undefined;
      return typeof value === 'string' && isPlatformName(value) ? value : undefined;
    };
    const [os, architecture] = [text('os'), text('architecture')];
    if (!os || !architecture) throw new Refusal('bad-field', 'the image config names no os and architecture');
    return platformOf(os, architecture, text('variant'));
  });

/** The digests of the tars of an image's layers. https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid */
export const diffIdsOf = (config: Uint8Array): readonly string[] | Refusal => {
  const diffIds = refusalOr(() => {
    const rootfs = objectAt(objectAt(parseJson(config), [], ['rootfs']).get('rootfs'), ['rootfs'], ['diff_ids']);
    const path = ['rootfs', 'diff_ids'];
    return arrayAt(rootfs.get('diff_ids'), path).map((diffId, at) =>
      typeof diffId === 'string' && isDigest(diffId) ? diffId : badField([...path, at], 'a sha256 digest', diffId),
    );
  });
  return diffIds instanceof Refusal ? new Refusal(diffIds.reason, `in the image config, ${diffIds.detail}`) : diffIds;
};
