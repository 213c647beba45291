import type { Command } from 'commander';
import { Accounts } from '../../cli/account';
import { action } from '../../cli/action';
import { requireTag } from '../../cli/image-reference';
import { forEachImage } from '../../cli/images';
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
import { dryRunRepair } from './dry-run';
import { repairImage } from './repair-image';

interface RepairOptions extends AccountOptions, PolicyOptions {
  readonly dryRun?: boolean;
}

const HELP = `
Makes the companion of each image what it should be now, as the deployed service does: one read, one PutImage, no layer moves.
Needs ecr:BatchGetImage, ecr:PutImage and ecr:ListTagsForResource, and ecr:GetDownloadUrlForLayer for an index that doesn't list its
platforms. A repository with the resource tag ecr-oci-remediation: disabled is left alone.

With --recompress, an image that Docker V2 can't express otherwise gets gzip layers: each zstd or plain tar layer is downloaded, checked
against the image's config, compressed and uploaded by this machine, once per repository. That also needs
ecr:GetDownloadUrlForLayer, ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and
ecr:DescribeImages, and Node.js 22.15 or later for zstd.

With --dry-run nothing is written: the manifest goes to stdout (its exact bytes if piped), and what would happen to stderr.

Exit code: 0 the companion is current or not needed, 1 refused or opted out, 2 could not find out.

Examples:
  ecr-oci repair team/app:v1
  ecr-oci repair team/app:v1 team/app:v2 --json
  ecr-oci repair --dry-run team/app:v1 | jq .
  ecr-oci repair --recompress team/app:v1
  ecr-oci repair team/app:v1 --platform linux/amd64 --platform linux/arm64`;

export function addRepair(program: Command): void {
  const command = program
    .command('repair')
    .description("Create or update an image's companion now.")
    .argument('<image...>', 'images with a tag, or - for stdin')
    .option('--dry-run', 'only print the manifest that would be put, its digest and what it drops');
  addRecompressOption(command, 'make gzip layers of those that are zstd or plain tar, and upload them');
  addPolicyOptions(addAccountOptions(command))
    .addHelpText('after', HELP)
    .action(
      action<RepairOptions>((context) => {
        const { options, output, io } = context;
        const accounts = new Accounts(options, io);
        const deployed = policyOf(options);
        const run = options.dryRun ? dryRunRepair : repairImage;
        return forEachImage(context, async (reference) => {
          const account = accounts.of(reference);
          const image = { repository: reference.repository, tag: requireTag(reference, 'repair') };
          const policy = await policyOfNamed(account, reference, deployed);
          return inRepository(account, image.repository, () => run({ account, reference, image, policy, output }));
        });
      }),
    );
}
