import type { Command } from 'commander';
import { action } from '../../cli/action';
import { rate } from '../../cli/arguments';
import { addAccountOptions, addListingOptions, addPolicyOptions } from '../../cli/options';
import { runRemoval } from './run-removal';

const HELP = `
For a registry that wants no companions any more. Lists every tag with the name of a companion, and says which can be removed; with --apply it
removes those, after asking. Delete the stack of the service first, or it makes them again.

Only a tag that is provably ours goes: one that names what the service makes of the source tag's image now, or a Docker image of the source
itself. The proof needs the companion options of the service. The others are listed with a reason, and stay. So does a companion whose source
tag is gone, because it may be the only copy of the image: --orphans removes those too, if the service can have written them.
Deletes by tag only. ECR deletes an image with its last tag, so an image that has another tag stays.

Whatever names a removed tag, or its digest, stops working: SageMaker models, Lambda functions, task definitions. ECR doesn't know who uses an
image.
A repository with the resource tag ecr-oci-remediation: disabled is left alone.
Ctrl-C finishes what has begun, prints what was done, and ends. A second run does only the rest.
Needs the permissions of scan, but for ecr:GetLifecyclePolicy; --apply also ecr:BatchDeleteImage.

Exit code: 0 no companion tag is left, 1 some are, 2 something failed or could not be read, 130 interrupted.

Examples:
  ecr-oci remove-companions
  ecr-oci remove-companions --repository 'ml/*' --apply
  ecr-oci remove-companions --apply --yes --json > removed.json`;

/** ECR publishes no quota for BatchDeleteImage. A call removes up to 100 tags, and ECR sends an event for each. */
const CALLS_PER_SECOND = 1;

export function addRemoveCompanions(program: Command): void {
  const command = program
    .command('remove-companions')
    .description('Remove companion tags, after the service was uninstalled.')
    .option('--apply', 'remove them')
    .option('--yes', "with --apply: don't ask")
    .option('--orphans', 'also those whose source tag is gone, if the service can have written them')
    .option('--rate <number>', 'BatchDeleteImage calls a second, at most, of up to 100 tags', rate, CALLS_PER_SECOND);
  addPolicyOptions(addAccountOptions(addListingOptions(command)))
    .addHelpText('after', HELP)
    .action(action(runRemoval));
}
