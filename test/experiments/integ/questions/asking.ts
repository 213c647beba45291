import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { repositoryArn } from '../../../../lambda/core/registry-address';
import { removed } from '../cleanup';
import { digestOfTag, readManifest } from '../companions';
import type { TestImage, TestImages } from '../images';
import { companionTagOf } from '../names';
import type { Repositories } from '../repositories';
import type { RunContext } from '../run-context';
import { NotAsked } from './not-asked';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['sagemaker.amazonaws.com', 'lambda.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
});

/** The least that a SageMaker model needs of its image; a Lambda function needs less. */
const policyFor = (repositories: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        Resource: repositories,
      },
    ],
  });

const POLICY = 'read-images';

/** What questions share: the images, and a role that's made when the first one needs it. */
export class Asking {
  #role: Promise<string> | undefined;

  constructor(
    readonly context: RunContext,
    readonly images: TestImages,
    readonly repositories: Repositories,
  ) {}

  /** The digest and the manifest of an image's companion. @throws NotAsked if it has none */
  async companionOf({ repository, tag }: TestImage) {
    const { aws } = this.context;
    const companionTag = companionTagOf(tag);
    const digest = await digestOfTag(aws, repository, companionTag).catch(() => undefined);
    if (digest === undefined) throw new NotAsked(`there's no companion ${companionTag} to ask it of`);
    return { repository, tag: companionTag, digest, text: await readManifest(aws, repository, digest) };
  }

  /** The ARN of a role that SageMaker and Lambda can assume, and that can read this run's images. */
  role(): Promise<string> {
    this.#role ??= this.#createRole();
    return this.#role;
  }

  async #createRole(): Promise<string> {
    const { aws, cleanup, names } = this.context;
    const RoleName = names.role;
    const made = {
      what: `the role ${RoleName}`,
      command: `aws iam delete-role-policy --role-name ${RoleName} --policy-name ${POLICY}; aws iam delete-role --role-name ${RoleName}`,
      undo: async () => {
        await removed(() => aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY })));
        await removed(() => aws.iam.send(new DeleteRoleCommand({ RoleName })));
      },
    };
    const create = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST });
    const { Role } = await cleanup.make(made, () => aws.call('iam:CreateRole', () => aws.iam.send(create)));
    if (!Role?.Arn) throw new Error('iam:CreateRole gave no ARN');
    const PolicyDocument = policyFor(repositoryArn(this.repositories.address(aws.region), `${names.prefix}/*`));
    await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument }));
    return Role.Arn;
  }
}
