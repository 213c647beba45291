import type { Command } from 'commander';
import { Accounts } from '../../cli/account';
import { action } from '../../cli/action';
import { duration } from '../../cli/arguments';
import { CliError } from '../../cli/errors';
import { EXIT } from '../../cli/exit-code';
import { parseImage } from '../../cli/image-reference';
import { noteRegion } from '../../cli/images';
import { policyOfNamed } from '../../cli/named-policy';
import { inRepository } from '../../cli/not-found';
import {
  type AccountOptions,
  addAccountOptions,
  addPolicyOptions,
  addRecompressOption,
  type PolicyOptions,
  policyOf,
} from '../../cli/options';
import { waitForCompanions } from './wait-for-companions';

interface WaitOptions extends AccountOptions, PolicyOptions {
  readonly timeout: number;
}

const FIVE_MINUTES = 300_000;

const HELP = `
For CI, after a push: returns when the companion matches what the tag names now, and prints the URI to deploy, by digest. Nothing else goes
to stdout. A Docker V2 image needs no companion: its own URI is printed. With several platforms, there is one line for each.
team/app:v1@sha256:… waits for the companion of exactly that push, and ends if another push moves the tag.
Needs ecr:BatchGetImage.

Exit code: 0 the URI is on stdout, 1 there will be no companion, 2 could not find out, 3 not within the timeout.

Examples:
  IMAGE=$(ecr-oci wait team/app:v1)
  ecr-oci wait "$REGISTRY/team/app:$GITHUB_SHA" --timeout 2m
  ecr-oci wait team/app:v1 --json | jq -r '.companions[0].uriByDigest'`;

export function addWait(program: Command): void {
  const command = program
    .command('wait')
    .description('Wait for the companion of an image that was pushed, and print its URI by digest.')
    .argument('<image>', 'an image with a tag')
    .option('--timeout <duration>', 'how long to wait: 90s, 5m, 1h (default: 5m)', duration, FIVE_MINUTES);
  addRecompressOption(command, 'the service was deployed with recompressLayers');
  addPolicyOptions(addAccountOptions(command))
    .addHelpText('after', HELP)
    .action(
      action<WaitOptions>(async ({ args, options, output, io }) => {
        const reference = parseImage(args[0] ?? '', options.endpointUrl);
        noteRegion(reference, options, output);
        if (reference.isTagImplied) output.note(`note: ${reference.text} has no tag, so this waits for latest`);
        const account = new Accounts(options, io).of(reference);
        const policy = await policyOfNamed(account, reference, policyOf(options));
        const result = await inRepository(account, reference.repository, () =>
          waitForCompanions(account, reference, policy, {
            timeoutMs: options.timeout,
            clock: io.clock,
            note: (line) => output.note(line),
          }),
        );
        switch (result.kind) {
          case 'current':
            if (output.json) output.printJson({ image: reference.text, companions: result.companions });
            else for (const { uriByDigest } of result.companions) output.print(uriByDigest);
            return EXIT.ok;
          case 'never':
            throw new CliError(`${reference.text} will have no companion: ${result.why}.`, result.hint, EXIT.no);
          case 'timed-out':
            throw new CliError(
              `${result.companionTag} is still ${result.state}.`,
              'Is the service deployed in this account and Region, for this repository? `ecr-oci repair` creates the companion now.',
              EXIT.timedOut,
            );
        }
      }),
    );
}
