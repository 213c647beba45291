import type { LocalEcr } from '../../../local/ecr';
import { COMMON_POLICIES } from '../../support/common-policies';
import { rule } from '../../support/lifecycle-images';

export type Kind = 'image' | 'index' | 'docker' | 'zstd';

export interface RepositoryPlan {
  readonly repository: string;
  /** Each is pushed every day; `#` is the number of the day. */
  readonly tags: readonly string[];
  /** @default an OCI image */
  readonly kindOn?: (day: number) => Kind;
  /** @default every day */
  readonly isPushedOn?: (day: number) => boolean;
  readonly settings?: Parameters<LocalEcr['createRepository']>[1];
  readonly lifecyclePolicy?: string;
  /** A repository policy. */
  readonly policy?: object;
  /** Whether its owner wants no companions. @default false */
  readonly isLeftAlone?: boolean;
  /** Before the first day. */
  readonly onStart?: (ecr: LocalEcr) => void;
  /** After the pushes of each day. */
  readonly onDay?: (ecr: LocalEcr, day: number) => void;
}

/** The role of the function, and nobody else, as a policy that only admits CI does. */
const DENIED = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: ['ecr:BatchGetImage', 'ecr:PutImage'],
      Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ci-*' } },
    },
  ],
};

const every = (days: number, at: number) => (day: number) => day % days === at;
const isKeyDisabled = every(50, 5);

export const PLANS: readonly RepositoryPlan[] = [
  ...Object.values(COMMON_POLICIES).map(({ selections, tags }, at) => ({
    repository: `team-${at}/app`,
    tags,
    lifecyclePolicy: JSON.stringify({ rules: selections.map((selection, order) => rule(order + 1, selection)) }),
  })),
  { repository: 'ml/model', tags: ['v#', 'latest'], kindOn: (day) => (day % 2 === 0 ? 'index' : 'image') },
  { repository: 'ml/hardened', tags: ['v#'], kindOn: (day) => (day % 40 === 7 ? 'zstd' : 'image') },
  { repository: 'legacy/docker', tags: ['v#'], kindOn: () => 'docker' },
  { repository: 'denied/app', tags: ['v#'], policy: DENIED },
  { repository: 'immutable/app', tags: ['v#'], settings: { imageTagMutability: 'IMMUTABLE' } },
  {
    repository: 'encrypted/app',
    tags: ['v#'],
    onDay: (ecr, day) => {
      if (isKeyDisabled(day)) ecr.setKeyUsable('encrypted/app', false);
    },
  },
  {
    repository: 'opted-out/app',
    tags: ['v#'],
    isLeftAlone: true,
    onStart: (ecr) => ecr.tagResource('opted-out/app', { 'ecr-oci-remediation': 'disabled' }),
  },
  { repository: 'hub/library/nginx', tags: ['1.#'], isPushedOn: every(30, 3) },
];
