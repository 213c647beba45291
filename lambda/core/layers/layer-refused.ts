import type { RefusalReason } from '../reasons';

/** The layer will not get better by trying again: its content is wrong, or more than we take on. */
export class LayerRefused extends Error {
  override readonly name = 'LayerRefused';
  constructor(
    readonly reason: RefusalReason,
    readonly detail: string,
  ) {
    super(detail);
  }
}
