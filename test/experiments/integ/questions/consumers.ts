import { CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateModelCommand, DeleteModelCommand } from '@aws-sdk/client-sagemaker';
import type { Answer } from '../aws';
import { removed } from '../cleanup';
import { until } from '../run-context';
import type { Asking } from './asking';
import { NotAsked } from './not-asked';
import { asked, type Question } from './question';

/** IAM takes some seconds until its other services know a new role. */
const ROLE_SECONDS = 90;
const ROLE_UNKNOWN = /cannot be assumed|could not assume|unable to assume|not assume role/i;
const FUNCTION_SECONDS = 180;

/** Calls again while the only thing wrong is that the role is new. The evidence keeps the last answer. */
async function onceTheRoleIsKnown<T>({ context }: Asking, call: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const { evidence } = context.aws;
  const deadline = context.clock.now() + ROLE_SECONDS * 1_000;
  return until(context, 'a role that can be assumed', ROLE_SECONDS + 10, async () => {
    const start = evidence.length;
    const answer = await call();
    if (answer.kind === 'answered' || !ROLE_UNKNOWN.test(answer.message) || context.clock.now() > deadline)
      return answer;
    evidence.splice(start);
    return undefined;
  });
}

/**
 * Whether it's the manifest's format that was refused: the caller's permissions, quotas and much else are refused too.
 * @throws NotAsked if it was refused for another reason
 */
function isFormatRefused(answer: Answer<unknown>): boolean {
  if (answer.kind === 'answered') return false;
  if (/media type/i.test(answer.message)) return true;
  throw new NotAsked(`refused, and not for its media type: ${answer.error}: ${answer.message}`);
}

async function createModel(asking: Asking, suffix: string, Image: string): Promise<Answer<unknown>> {
  const { aws, cleanup, names } = asking.context;
  const ModelName = `${names.prefix}-${suffix}`;
  const made = {
    what: `the SageMaker model ${ModelName}`,
    command: `aws sagemaker delete-model --model-name ${ModelName}`,
    undo: () => removed(() => aws.sageMaker.send(new DeleteModelCommand({ ModelName }))),
  };
  const ExecutionRoleArn = await asking.role();
  const create = new CreateModelCommand({ ModelName, ExecutionRoleArn, PrimaryContainer: { Image } });
  const ask = () => aws.ask('sagemaker:CreateModel', `of ${Image}`, () => aws.sageMaker.send(create));
  return cleanup.make(made, () => onceTheRoleIsKnown(asking, ask));
}

async function createFunction(asking: Asking, suffix: string, ImageUri: string): Promise<Answer<unknown>> {
  const { context } = asking;
  const { aws, cleanup, names } = context;
  const FunctionName = `${names.prefix}-${suffix}`;
  const made = {
    what: `the Lambda function ${FunctionName}`,
    command: `aws lambda delete-function --function-name ${FunctionName}`,
    undo: () => removed(() => aws.lambda.send(new DeleteFunctionCommand({ FunctionName }))),
  };
  const Role = await asking.role();
  const create = new CreateFunctionCommand({ FunctionName, PackageType: 'Image', Role, Code: { ImageUri } });
  const ask = () => aws.ask('lambda:CreateFunction', `of ${ImageUri}`, () => aws.lambda.send(create));
  const answer = await cleanup.make(made, () => onceTheRoleIsKnown(asking, ask));
  if (answer.kind === 'refused') return answer;
  // Lambda looks at the image after its answer: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
  const get = () => aws.lambda.send(new GetFunctionCommand({ FunctionName }));
  const settled = await until(context, `the function ${FunctionName}`, FUNCTION_SECONDS, async () => {
    const { Configuration } = await aws.call('lambda:GetFunction', get);
    return Configuration?.State === 'Pending' ? undefined : Configuration;
  });
  const { State, StateReasonCode, StateReason } = settled;
  aws.evidence.push(
    `lambda:GetFunction: the state is ${[State, StateReasonCode, StateReason].filter(Boolean).join(', ')}`,
  );
  if (State !== 'Failed') return answer;
  return { kind: 'refused', error: `${StateReasonCode}`, message: `${StateReason}` };
}

export const consumerQuestions: readonly Question[] = [
  {
    number: 1,
    text: 'Does SageMaker `CreateModel` accept a companion?',
    calls: ['sagemaker:CreateModel'],
    how: asked(
      {
        accepted: 'it accepts the companion, and refuses the OCI image that it was made from',
        'accepts both': 'it accepts the OCI image too, so that SageMaker needs no companion here',
        refused: 'it refuses the companion, so that the service is of no use to SageMaker as it is',
      },
      async (asking) => {
        const { images, repositories } = asking;
        const { repository, tag } = await asking.companionOf(images.manifest);
        const companion = await createModel(asking, 'companion', repositories.uri(repository, tag));
        const source = await createModel(asking, 'source', repositories.uri(repository, images.manifest.tag));
        if (isFormatRefused(companion)) return 'refused';
        return isFormatRefused(source) ? 'accepted' : 'accepts both';
      },
    ),
  },
  {
    number: 2,
    text: 'Does Lambda create a function from it?',
    calls: ['lambda:CreateFunction'],
    how: asked(
      {
        accepted: 'it creates one from the companion, and none from an OCI index',
        'accepts both': 'it creates one from an OCI index too, so that Lambda needs no companion here',
        refused: 'it creates none from the companion, so that the service is of no use to Lambda as it is',
      },
      async (asking) => {
        const { images, repositories } = asking;
        const { repository, tag } = await asking.companionOf(images.manifest);
        const companion = await createFunction(asking, 'companion', repositories.uri(repository, tag));
        await createFunction(asking, 'manifest', repositories.uri(repository, images.manifest.tag));
        const index = await createFunction(asking, 'index', repositories.uri(repository, images.index.tag));
        if (isFormatRefused(companion)) return 'refused';
        return isFormatRefused(index) ? 'accepted' : 'accepts both';
      },
    ),
  },
];
