import type { DesiredCompanion } from '../../../../lambda/core/companion/desired-state';
import { outcomesOf, type Repaired, skippedFor, sourceGone } from '../../../../lambda/core/companion/outcomes';
import { Refusal } from '../../../../lambda/core/reasons';
import type { KeptTag } from '../../../../lambda/core/registry';
import { bytesOf, DOCKER, OCI } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';

const image = { repository: 'team/app', tag: 'v1' };
const tag = 'v1-dockerv2';
const source = { digest: 'sha256:source', mediaType: OCI.manifest };
const wanted = { digest: 'sha256:wanted', mediaType: DOCKER.manifest };
const other = { digest: 'sha256:other', mediaType: DOCKER.manifest };

const manifest = { ...wanted, bytes: bytesOf('{}') };
const toConvert = { kind: 'manifest', by: 'converted', manifest, droppedFields: ['$.a'] } as const;
const toAlias = { kind: 'manifest', by: 'aliased', manifest, droppedFields: [], platform: 'linux/arm64' } as const;
const ifPresent = { ...toAlias, kind: 'if-present', skip: 'already-docker', detail: 'Docker already' } as const;

const STALE = `${tag} still names sha256:other, an earlier image`;
const skipped = (reason: string, detail: string) => ({ image, source, outcome: 'skipped', reason, detail });
const refused = (reason: string, detail: string, more: object = {}) => ({
  image,
  source,
  outcome: 'refused',
  reason,
  detail,
  companion: { tag, ...more },
});
const about = { image, source, companion: { tag, ...wanted } };

/** What a repair tells of one companion tag: what it should name, what it names, and the last put of it. */
const outcomesFor = (
  desired: DesiredCompanion,
  companion?: typeof other,
  put?: { result: object; replaced?: typeof other },
  policy = DEFAULT_POLICY,
) => {
  const repaired = {
    image,
    source: { ...source, bytes: bytesOf('{}') },
    companions: new Map(companion ? [[tag, companion]] : []),
    puts: new Map(put ? [[tag, put]] : []),
    policy,
  } as unknown as Repaired;
  return outcomesOf(repaired, [{ tag, desired }]);
};

const done = { result: { kind: 'done' } };
const immutable = { result: { kind: 'tag-immutable' } };

test.each<[what: string, args: Parameters<typeof outcomesFor>, outcome: object]>([
  ['a put', [toConvert, wanted, done], { ...about, outcome: 'converted', droppedFields: ['$.a'] }],
  [
    'a put over another image',
    [toAlias, wanted, { ...done, replaced: other }],
    { ...about, outcome: 'aliased', platform: 'linux/arm64', droppedFields: [], replacedDigest: 'sha256:other' },
  ],
  ['what was current', [toConvert, wanted], { ...about, outcome: 'unchanged', droppedFields: ['$.a'] }],
  [
    'what another put first',
    [toConvert, wanted, immutable],
    { ...about, outcome: 'unchanged', droppedFields: ['$.a'] },
  ],
  [
    'an optional companion that is current',
    [ifPresent, wanted],
    { ...about, outcome: 'unchanged', platform: 'linux/arm64', droppedFields: [] },
  ],
  ['an optional companion that is absent', [ifPresent], skipped('already-docker', 'Docker already')],
  [
    'a repository that opted out',
    [toConvert, other, { result: { kind: 'opted-out' } }],
    skipped('opted-out', 'the repository has the resource tag ecr-oci-remediation: disabled'),
  ],
  [
    'a put that was refused',
    [toConvert, undefined, { result: { kind: 'refused', reason: 'layers-missing', detail: 'no layers' } }],
    refused('layers-missing', 'no layers'),
  ],
  [
    'a put that was refused, over an earlier companion',
    [toConvert, other, { result: { kind: 'refused', reason: 'limit-exceeded', detail: 'full' } }],
    refused('limit-exceeded', `full; ${STALE}`, { outOfDateDigest: 'sha256:other' }),
  ],
  [
    'a companion that can not move',
    [toConvert, other, immutable],
    refused(
      'tag-immutable',
      `tag immutability of team/app keeps ${tag}; a tag mutability exclusion filter *-dockerv2 would let it move; ${STALE}`,
      { outOfDateDigest: 'sha256:other' },
    ),
  ],
  [
    'a companion that can not move, in prefix form',
    [toConvert, undefined, immutable, { ...DEFAULT_POLICY, companionTag: { prefix: 'dockerv2-' } }],
    refused(
      'tag-immutable',
      `tag immutability of team/app keeps ${tag}; a tag mutability exclusion filter dockerv2-* would let it move`,
    ),
  ],
  [
    'an image that can not be converted',
    [{ kind: 'refused', refusal: new Refusal('zstd-layer', 'zstd') }],
    refused('zstd-layer', 'zstd'),
  ],
  [
    'an image that can not be converted, with an earlier companion',
    [{ kind: 'refused', refusal: new Refusal('zstd-layer', 'zstd') }, other],
    refused('zstd-layer', `zstd; ${STALE}`, { outOfDateDigest: 'sha256:other' }),
  ],
  ['an artifact', [{ kind: 'none', skip: 'artifact', detail: 'a chart' }], skipped('artifact', 'a chart')],
  [
    'an artifact with an earlier companion',
    [{ kind: 'none', skip: 'artifact', detail: 'a chart' }, other],
    refused('stale-companion', `a chart; ${STALE}`, { outOfDateDigest: 'sha256:other' }),
  ],
])('the outcome of %s', (_, args, outcome) => {
  expect(outcomesFor(...args)).toEqual([outcome]);
});

test('a further platform of what is not an index has no outcome, unless it has a companion', () => {
  const none = { kind: 'none', detail: 'the tag no longer names an index' } as const;
  expect(outcomesFor(none)).toEqual([]);
  expect(outcomesFor(none, other)).toMatchObject([{ reason: 'stale-companion' }]);
});

test('a companion that is not what it should be, for no reason, is an error', () => {
  for (const put of [undefined, done])
    expect(() => outcomesFor(toConvert, other, put)).toThrow(
      `team/app:${tag} does not name what was put, and nothing says why`,
    );
});

test.each<[remaining: string[], kept: KeptTag[] | undefined, detail: string]>([
  [[], undefined, 'the tag no longer exists'],
  [[], [], 'the tag no longer exists; its companions were deleted'],
  [['a', 'b'], undefined, 'the tag no longer exists; a is kept, b is kept'],
  [
    ['a', 'b'],
    [{ tag: 'b', why: 'it was pulled' }],
    'the tag no longer exists; a is kept, b is kept, because it was pulled',
  ],
])('a source that is gone says what became of its companions (%#)', (remaining, kept, detail) => {
  expect(sourceGone(image, remaining, kept)).toEqual({
    image,
    outcome: 'skipped',
    reason: 'source-gone',
    detail,
  });
});

test('a reason says what it means, unless there is more to say', () => {
  expect(skippedFor(image, 'untagged')).toMatchObject({
    detail: 'the push named no tag, as the children of an index do',
  });
  expect(skippedFor(image, 'untagged', 'more')).toMatchObject({ detail: 'more' });
});
