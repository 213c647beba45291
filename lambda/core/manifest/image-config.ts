import { Refusal, refusalOr } from '../reasons';
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
