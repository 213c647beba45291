import {
  CompleteLayerUploadCommand,
  DescribeImageSigningStatusCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { digestOf } from '../../../../local/images/blob';
import { NotAsked } from './not-asked';
import { asked, notAsked, type Question } from './question';

const ASSUMED_PART_BYTES = 10 * 1024 * 1024;
const COMPLETED_TWICE = ['LayerAlreadyExistsException', 'UploadNotFoundException'];

export const signingAndLayerQuestions: readonly Question[] = [
  {
    number: 15,
    text: "Is a companion signed by ECR's managed signing, and by whose permission?",
    calls: ['ecr:DescribeImageSigningStatus'],
    how: asked(
      {
        signed: 'every signing rule that matches has signed it',
        'not signed': 'a signing rule that matches has failed',
      },
      async (asking) => {
        const { aws } = asking.context;
        const { repository: repositoryName, tag } = await asking.companionOf(asking.images.manifest);
        const describe = new DescribeImageSigningStatusCommand({ repositoryName, imageId: { imageTag: tag } });
        const answer = await aws.ask(
          'ecr:DescribeImageSigningStatus',
          `of ${tag}`,
          () => aws.ecr.send(describe),
          ({ signingStatuses = [] }) =>
            signingStatuses.map(({ status, failureCode }) => `${status} ${failureCode ?? ''}`).join() ||
            'no rule matches',
        );
        if (answer.kind === 'refused') throw new NotAsked(`it can't be read: ${answer.error}`);
        const statuses = (answer.output.signingStatuses ?? []).map(({ status }) => status);
        if (statuses.length === 0) throw new NotAsked('this registry has no signing rule that matches');
        if (statuses.includes('IN_PROGRESS')) throw new NotAsked('signing was still in progress');
        return statuses.includes('FAILED') ? 'not signed' : 'signed';
      },
    ),
  },
  {
    number: 16,
    text: 'What does Amazon Inspector bill for a companion?',
    calls: ['inspector2:ListUsageTotals'],
    how: notAsked('the usage of a run disappears in that of the account, and shows up later'),
  },
  {
    number: 17,
    text: 'Which part size does ECR propose, and what does it answer to a part or a completion that it has already?',
    calls: ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'],
    how: asked(
      {
        'as assumed': '10 MiB; InvalidLayerPartException; LayerAlreadyExistsException or UploadNotFoundException',
        otherwise: 'the evidence has how',
      },
      async ({ context: { aws }, images: { zstd } }) => {
        const { ecr } = aws;
        const repositoryName = zstd.repository;
        const begun = await aws.ask(
          'ecr:InitiateLayerUpload',
          '',
          () => ecr.send(new InitiateLayerUploadCommand({ repositoryName })),
          ({ partSize }) => `${partSize} bytes`,
        );
        if (begun.kind === 'refused') throw new NotAsked(`no upload can be begun: ${begun.error}`);
        const { uploadId, partSize } = begun.output;
        const layerPartBlob = Buffer.from(`a layer of ${repositoryName}`);
        const range = { partFirstByte: 0, partLastByte: layerPartBlob.length - 1 };
        const part = new UploadLayerPartCommand({ repositoryName, uploadId, layerPartBlob, ...range });
        const layerDigests = [digestOf(layerPartBlob)];
        const complete = new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests });
        const first = await aws.ask('ecr:UploadLayerPart', 'the first time', () => ecr.send(part));
        const again = await aws.ask('ecr:UploadLayerPart', 'the same part again', () => ecr.send(part));
        const end = await aws.ask('ecr:CompleteLayerUpload', 'the first time', () => ecr.send(complete));
        const endAgain = await aws.ask('ecr:CompleteLayerUpload', 'again', () => ecr.send(complete));
        const isAsAssumed =
          partSize === ASSUMED_PART_BYTES &&
          first.kind === 'answered' &&
          again.kind === 'refused' &&
          again.error === 'InvalidLayerPartException' &&
          end.kind === 'answered' &&
          endAgain.kind === 'refused' &&
          COMPLETED_TWICE.includes(endAgain.error);
        return isAsAssumed ? 'as assumed' : 'otherwise';
      },
    ),
  },
  {
    number: 18,
    text: 'Does ECR drop an upload that nobody completes, and a layer that no image names?',
    calls: ['ecr:InitiateLayerUpload'],
    how: notAsked('no call shows either, and neither is dropped within a run'),
  },
];
