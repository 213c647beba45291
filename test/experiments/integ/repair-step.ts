import { repair } from '../../../lambda/core/companion/repair';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { DEFAULT_POLICY } from '../../support/policy';
import { checkCompanion, digestOfTag } from './companions';
import type { TestImages } from './images';
import { companionTagOf } from './names';
import type { Repositories } from './repositories';
import type { RunContext } from './run-context';
import { IMAGES_ARE_PUSHED } from './service-steps';
import type { Step } from './steps';

export const COMPANION_EXISTS = 'repair';

/** As `ecr-oci repair`: the questions need a companion, whether or not the service has made it. */
export const repairStep = (context: RunContext, images: TestImages, repositories: Repositories): Step => ({
  name: COMPANION_EXISTS,
  needs: [IMAGES_ARE_PUSHED],
  run: async () => {
    const { aws } = context;
    const { repository, tag } = images.manifest;
    const address = repositories.address(aws.region);
    const registry = new EcrRegistry({ client: aws.ecr, pacer: new Pacer(1), address, caller: 'person' });
    const run = () => repair(registry, { repository, tag }, DEFAULT_POLICY);
    const [outcome] = await aws.call('repair', run);
    const digest = await digestOfTag(aws, repository, companionTagOf(tag));
    if (digest === undefined) throw new Error(`there is no companion: ${JSON.stringify(outcome)}`);
    await checkCompanion(context, images.manifest, digest);
    return `by this computer: ${outcome?.outcome}`;
  },
});
