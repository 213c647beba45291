import type { ImageTag } from '../../../lambda/core/companion/outcome';
import type { TagState } from '../../inventory/row';

/** A tag that a repair would change. */
export interface Work extends ImageTag {
  readonly state: TagState;
  readonly companionTag: string;
  /** Whether it has no companion yet. */
  readonly isNew: boolean;
}
