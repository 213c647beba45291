import type { LocalAccount } from '../../../local';
import { imageActionEvent } from '../../../local/ecr/image-action';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { variantOf } from '../chaos/variant';
import type { Companions } from './companions';

/** The images have no companions and no events: only an audit finds them. */
export async function storeOldImages(account: LocalAccount, count: number, companions: Companions): Promise<void> {
  const base = await dockerDesktopImage('old');
  const pushedAt = new Date(Date.now() - 400 * 24 * 3_600_000);
  for (let at = 0; at < count; at += 1) {
    const image = variantOf(base, at);
    const { text, mediaType } = image.top;
    account.ecr.store('archive/app', { bytes: Buffer.from(text), mediaType, tag: `v${at}`, pushedAt });
    companions.expect('archive/app', `v${at}`, image);
  }
}

/** The tags are there and their events arrive, all at once. That takes nothing of the quota. */
export async function pushAtOnce(account: LocalAccount, count: number, companions: Companions): Promise<void> {
  const base = await dockerDesktopImage();
  const repository = 'burst/app';
  const { accountId, region } = account.bus;
  for (let at = 0; at < count; at += 1) {
    const image = variantOf(base, at);
    const tag = `v${at}`;
    const { text, mediaType } = image.top;
    const manifest = account.ecr.store(repository, { bytes: Buffer.from(text), mediaType, tag });
    account.bus.put(imageActionEvent({ type: 'PUSH', repository, tag, manifest }, accountId, region, new Date()));
    companions.expect(repository, tag, image);
  }
}
