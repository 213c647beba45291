import type { LocalAccount } from '../../../local/account/account';
import { outcomeKey, readLog, type Told } from './function-log';
import type { Ledger, TagHistory } from './ledger';

const SUFFIX = '-dockerv2';
const OUR_CALLS = [
  'BatchGetImage',
  'PutImage',
  'GetDownloadUrlForLayer',
  'ListTagsForResource',
  'GetLifecyclePolicy',
  'PutEvents',
];

export interface Verdict {
  /** What the registry holds and should not, or the other way round. */
  readonly wrong: readonly string[];
  /** Pushes that ended in no outcome, and outcomes that nobody was told of. */
  readonly lost: readonly string[];
}

/** Looks at the registry, the bus and the log from outside, when everything has come to rest. */
export function judge(account: LocalAccount, ledger: Ledger): Verdict {
  const told = readLog(account.logs);
  return {
    wrong: [
      ...[...ledger.tags].flatMap((history) => wrongOfTag(account, history, told)),
      ...foreignTags(account, ledger),
      ...harm(account, ledger),
    ],
    lost: lost(account, told),
  };
}

function wrongOfTag(account: LocalAccount, history: TagHistory, told: Told): readonly string[] {
  const { repository, tag, now, companions } = history;
  const name = `${repository}:${tag}`;
  const tags = account.ecr.tags(repository);
  const companion = tags.get(`${tag}${SUFFIX}`);
  const problems: string[] = [];
  if (tags.get(tag) !== now?.digest)
    problems.push(`${name} is ${tags.get(tag)}, its pusher left it as ${now?.digest ?? 'deleted'}`);
  if (tag.endsWith('-soci')) return companion ? [...problems, `${name} must have no companion`] : problems;
  const demanded = now?.demanded;
  if (demanded?.companion === 'made' && companion !== now?.companion)
    problems.push(`the companion of ${name} is ${companion ?? 'missing'}, it must be ${now?.companion}`);
  if (demanded?.companion === 'follows' && companion !== undefined && companion !== now?.digest)
    problems.push(`the companion of ${name} is ${companion}, it must follow to ${now?.digest}`);
  if ((!demanded || demanded.companion === 'left') && companion !== undefined && !companions.has(companion))
    problems.push(`the companion of ${name} is ${companion}, which it never had to be`);
  if (demanded?.companion === 'left') {
    const reasons = demanded.outcome === 'skipped' && companion ? ['stale-companion'] : [demanded.reason];
    if (!isTold(told, history, reasons)) problems.push(`no outcome says ${reasons} of ${name} as ${now?.digest}`);
  }
  return problems;
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

function harm({ calls, bus }: LocalAccount, ledger: Ledger): readonly string[] {
  const others = calls.filter(({ operation }) => !OUR_CALLS.includes(operation));
  const puts = calls.filter(({ operation, tag = '' }) => operation === 'PutImage' && !tag.endsWith(SUFFIX));
  const deleted = bus.events.filter(({ detail }) => detail['action-type'] === 'DELETE').length;
  return [
    ...others.map(({ operation, repository }) => `the function called ${operation} for ${repository}`),
    ...puts.map(({ repository, tag }) => `the function put ${repository}:${tag}, which is no companion tag`),
    ...(deleted === ledger.deleted ? [] : [`${deleted} tags were deleted, ${ledger.deleted} by their pushers`]),
  ];
}

/** Each push that the rule matches must have an outcome in the log, and that one must be on the bus or be told as not published. */
function lost({ bus }: LocalAccount, { outcomes, notPublished }: Told): readonly string[] {
  const published = new Set(
    bus.events.filter(({ source }) => source === 'ecr-oci-remediation').map(({ detail }) => outcomeKey(detail)),
  );
  return bus.events
    .filter((event) => event.source === 'aws.ecr' && bus.matching(event).length > 0)
    .flatMap(({ id, detail }) => {
      const name = `the push ${id} of ${detail['repository-name']}:${detail['image-tag']}`;
      const lines = outcomes.get(id) ?? [];
      if (lines.length === 0) return [`${name} ended in no outcome`];
      const isKnown = notPublished.has(id) || lines.some((line) => published.has(outcomeKey(line)));
      return isKnown ? [] : [`the outcome of ${name} is in the log only`];
    });
}
