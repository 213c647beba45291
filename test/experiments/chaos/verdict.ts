import type { LocalAccount } from '../../../local/account/account';
import type { EventBridgeEvent } from '../../../local/aws/event';
import { type Companion, isCompanion, textOf } from './companion';
import type { FunctionCalls } from './function-calls';
import { outcomeKey, readLog, type Told } from './function-log';
import type { Ledger, TagHistory } from './ledger';
import type { Tars } from './tars';

const RECOMPRESSION = 'Image Recompression Requested';

const SUFFIX = '-dockerv2';

export interface Verdict {
  /** What the registry holds and should not, or the other way round. */
  readonly wrong: readonly string[];
  /** Pushes that ended in no outcome, and outcomes that nobody was told of. */
  readonly lost: readonly string[];
}

/** All that there is to look at, when everything has come to rest. */
export interface Evidence {
  readonly account: LocalAccount;
  readonly ledger: Ledger;
  readonly calls: FunctionCalls;
  readonly tars: Tars;
}

/** Looks at the registry, the bus and the log from outside. */
export function judge(evidence: Evidence): Verdict {
  const { account, ledger } = evidence;
  const told = readLog(account.logs);
  return {
    wrong: [
      ...[...ledger.tags].flatMap((history) => wrongOfTag(evidence, history, told)),
      ...foreignTags(account, ledger),
      ...foreignManifests(evidence),
      ...harm(evidence),
    ],
    lost: lost(account, told),
  };
}

function wrongOfTag(evidence: Evidence, history: TagHistory, told: Told): readonly string[] {
  const { repository, tag, now, companions } = history;
  const name = `${repository}:${tag}`;
  const tags = evidence.account.ecr.tags(repository);
  const companion = tags.get(`${tag}${SUFFIX}`);
  const isOne = (expected: Companion | undefined) => is(evidence, repository, companion, expected);
  const problems: string[] = [];
  if (tags.get(tag) !== now?.digest)
    problems.push(`${name} is ${tags.get(tag)}, its pusher left it as ${now?.digest ?? 'deleted'}`);
  if (tag.endsWith('-soci')) return companion ? [...problems, `${name} must have no companion`] : problems;
  const demanded = now?.demanded;
  if ((demanded?.companion === 'made' || demanded?.companion === 'recompressed') && !isOne(now?.companion))
    problems.push(`the companion of ${name} is ${companion ?? 'missing'}, it must be ${textOf(now?.companion)}`);
  if (demanded?.companion === 'follows' && companion !== undefined && companion !== now?.digest)
    problems.push(`the companion of ${name} is ${companion}, it must follow to ${now?.digest}`);
  if ((!demanded || demanded.companion === 'left') && companion !== undefined && !companions.some(isOne))
    problems.push(`the companion of ${name} is ${companion}, which it never had to be`);
  if (demanded?.companion === 'left') {
    const reasons = demanded.outcome === 'skipped' && companion ? ['stale-companion'] : [demanded.reason];
    if (!isTold(told, history, reasons)) problems.push(`no outcome says ${reasons} of ${name} as ${now?.digest}`);
  }
  return problems;
}

function is(
  { account, tars }: Evidence,
  repository: string,
  digest: string | undefined,
  expected: Companion | undefined,
): boolean {
  const stored = digest === undefined ? undefined : account.ecr.manifest(repository, digest);
  return (
    stored !== undefined &&
    expected !== undefined &&
    isCompanion(expected, stored, (layer) => tars.of(repository, layer))
  );
}

const isTold = ({ outcomes }: Told, { repository, tag, now }: TagHistory, reasons: readonly string[]): boolean =>
  [...outcomes.values()]
    .flat()
    .some(
      (line) =>
        line.repository === repository &&
        line.sourceTag === tag &&
        line.sourceDigest === now?.digest &&
        reasons.includes(String(line.reason)),
    );

/** A tag is either one that somebody pushed, or the companion of one. */
function foreignTags({ ecr }: LocalAccount, ledger: Ledger): readonly string[] {
  return ecr.repositories.flatMap((repository) =>
    [...ecr.tags(repository).keys()]
      .filter((tag) => !ledger.find(repository, tag)?.now)
      .filter((tag) => !tag.endsWith(SUFFIX) || !ledger.find(repository, tag.slice(0, -SUFFIX.length)))
      .map((tag) => `nobody pushed ${repository}:${tag}`),
  );
}

/** Every manifest is one that somebody pushed, or one that a companion had to be: what was refused is named by none, not even by one without a tag. */
function foreignManifests(evidence: Evidence): readonly string[] {
  const { account, ledger } = evidence;
  const companions = Map.groupBy(
    [...ledger.tags].flatMap((history) => history.companions.map((companion) => ({ ...history, companion }))),
    ({ repository }) => repository,
  );
  return account.ecr.repositories.flatMap((repository) =>
    account.ecr
      .images(repository)
      .filter(({ manifest }) => !ledger.pushedTo(repository).manifests.has(manifest.digest))
      .filter(
        ({ manifest }) =>
          !companions.get(repository)?.some(({ companion }) => is(evidence, repository, manifest.digest, companion)),
      )
      .map(({ manifest }) => `${manifest.digest} in ${repository} is a companion of no image`),
  );
}

function harm({ account, ledger, calls, tars }: Evidence): readonly string[] {
  const puts = account.calls.filter(({ operation, tag = '' }) => operation === 'PutImage' && !tag.endsWith(SUFFIX));
  const deleted = account.bus.events.filter(({ detail }) => detail['action-type'] === 'DELETE').length;
  return [
    ...calls.unexpected,
    ...calls.needlessUploads(ledger, tars),
    ...puts.map(({ repository, tag }) => `the function put ${repository}:${tag}, which is no companion tag`),
    ...(deleted === ledger.deleted ? [] : [`${deleted} tags were deleted, ${ledger.deleted} by their pushers`]),
  ];
}

/**
 * Each push that the rule matches, and each request of a recompression, must have an outcome in the log, and that one must be on the bus or
 * be told as not published. `recompressing` is an outcome, but not the end: its request must follow.
 */
function lost({ bus }: LocalAccount, { outcomes, notPublished }: Told): readonly string[] {
  const published = new Set(
    bus.events.filter(({ source }) => source === 'ecr-oci-remediation').map(({ detail }) => outcomeKey(detail)),
  );
  const lastRequest = new Map(
    bus.events.flatMap((event, at) => (isRequest(event) ? [[nameOf(event), at] as const] : [])),
  );
  return [...bus.events.entries()]
    .filter(([, event]) => isRequest(event) || (event.source === 'aws.ecr' && bus.matching(event).length > 0))
    .flatMap(([at, event]) => {
      const { id } = event;
      const name = `the ${isRequest(event) ? 'request' : 'push'} ${id} of ${nameOf(event)}`;
      const lines = outcomes.get(id) ?? [];
      if (lines.length === 0) return [`${name} ended in no outcome`];
      const isRecompressing = lines.some(({ outcome }) => outcome === 'recompressing');
      if (isRecompressing && isRequest(event)) return [`${name} left the recompression to another`];
      if (isRecompressing && (lastRequest.get(nameOf(event)) ?? -1) < at) return [`${name} requested no recompression`];
      const isKnown = notPublished.has(id) || lines.some((line) => published.has(outcomeKey(line)));
      return isKnown ? [] : [`the outcome of ${name} is in the log only`];
    });
}

const isRequest = (event: EventBridgeEvent): boolean => event['detail-type'] === RECOMPRESSION;

const nameOf = ({ detail }: EventBridgeEvent): string =>
  `${detail.repository ?? detail['repository-name']}:${detail.tag ?? detail['image-tag']}`;
