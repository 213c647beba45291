import { policyOfRepository } from '../../../lambda/core/companion/repository-settings';
import { type LifecyclePolicy, NotUnderstood } from '../../../lambda/core/lifecycle/policy';
import { type Account, Accounts } from '../../cli/account';
import type { CommandContext } from '../../cli/action';
import { isConfirmed, requireTerminal } from '../../cli/ask';
import { CliError } from '../../cli/errors';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { parseImage } from '../../cli/image-reference';
import { noteRegion } from '../../cli/images';
import { inRepository } from '../../cli/not-found';
import { type AccountOptions, type PolicyOptions, policyOf } from '../../cli/options';
import { putPolicy } from './apply';
import { findingsOf, isNothing, type Suggestion } from './findings';
import { findingsJson } from './json';
import { findingsText } from './text';

export interface LifecycleOptions extends AccountOptions, PolicyOptions {
  readonly apply?: boolean;
  readonly yes?: boolean;
}

export async function runLifecycle(context: CommandContext<LifecycleOptions>): Promise<ExitCode> {
  const { args, options, output, io } = context;
  const reference = parseImage(args[0] ?? '', options.endpointUrl);
  const { repository } = reference;
  if (!reference.isTagImplied)
    throw new CliError(`'${reference.text}' names an image.`, `Expected a repository: ${repository}.`);
  noteRegion(reference, options, output);
  const account = new Accounts(options, io).of(reference);
  const lifecycle = await inRepository(account, repository, () => readPolicy(account, repository));
  if (lifecycle.length === 0) {
    output.note(`${repository} has no lifecycle policy: nothing expires, with or without companions.`);
    if (output.json) output.printJson({ repository, isApplied: false });
    return EXIT.ok;
  }
  const images = await account.registry.listImages(repository);
  if (!images)
    throw new CliError(
      `${repository} has more than 10,000 images, too many to tell what its lifecycle policy would do to them.`,
      'docs/lifecycle.md shows how to write rules that keep both.',
    );
  const policy = await policyOfRepository(account.registry, repository, policyOf(options));
  const findings = findingsOf(repository, images, lifecycle, policy, io.clock.now());
  const { suggestion } = findings;
  output.note(findingsText(repository, findings));
  if (suggestion?.kind === 'changed') show(suggestion.text, context);
  const isApplied = suggestion !== undefined && (await isWritten(account, repository, suggestion, lifecycle, context));
  if (output.json) output.printJson({ repository, ...findingsJson(lifecycle, findings), isApplied });
  return suggestion === undefined || isApplied ? EXIT.ok : EXIT.no;
}

async function readPolicy(account: Account, repository: string): Promise<LifecyclePolicy> {
  const lifecycle = await account.registry.readLifecyclePolicy(repository);
  if (!(lifecycle instanceof NotUnderstood)) return lifecycle;
  throw new CliError(
    `The lifecycle policy of ${repository} is not understood: ${lifecycle.detail}.`,
    'It counts as a risk. docs/lifecycle.md shows how to write rules that keep both.',
  );
}

/** The policy is the data, for a pipe; in JSON it is a part, so whoever is asked sees it on stderr. */
function show(text: string, { options, output }: CommandContext<LifecycleOptions>): void {
  if (!output.json) output.print(text);
  else if (options.apply) output.note(text);
}

async function isWritten(
  account: Account,
  repository: string,
  suggestion: Suggestion,
  present: LifecyclePolicy,
  { options, output, io }: CommandContext<LifecycleOptions>,
): Promise<boolean> {
  const isKeepingAll = suggestion.kind === 'changed' && isNothing(suggestion.losses);
  if (!options.apply) {
    if (isKeepingAll) output.note(`\`ecr-oci lifecycle ${repository} --apply\` writes it.`);
    return false;
  }
  if (!isKeepingAll) {
    output.note('Nothing was written: --apply writes only a policy that keeps everything.');
    return false;
  }
  if (!options.yes) {
    requireTerminal(io, 'Nothing was written', 'Use --apply --yes to write the policy without a question.');
    if (!(await isConfirmed(io, `Write this lifecycle policy to ${repository}?`))) {
      output.note('Nothing was written.');
      return false;
    }
  }
  await putPolicy(account, repository, suggestion.text, present);
  output.note(`This is the lifecycle policy of ${repository} now.`);
  return true;
}
