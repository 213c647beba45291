import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptedAws } from '../../../support/scripted-aws';
import { Aws } from '../aws';
import { Cleanup } from '../cleanup';
import { testImages } from '../images';
import { randomNames } from '../names';
import { Repositories } from '../repositories';
import { Asking } from './asking';
import { consumerQuestions } from './consumers';

const aws = ScriptedAws.forTests();

/** With the role and the companion there already. */
class Prepared extends Asking {
  override role = async () => 'arn:aws:iam::123456789012:role/integ';
  override companionOf = async () => ({ repository: 'images', tag: 'v1-dockerv2', digest: 'sha256:1', text: '{}' });
}
class Everywhere extends Repositories {
  override uri(repository: string, tag: string): string {
    return `${repository}:${tag}`;
  }
}

const accepted = { json: { ModelArn: 'arn' } };
const refused = (message: string) => ({ status: 400, json: { __type: 'ValidationException', message } });
const OF_ITS_FORMAT = refused('Unsupported manifest media type application/vnd.oci.image.manifest.v1+json');
const ROLE_IS_NEW = refused('Could not assume role arn:aws:iam::123456789012:role/integ.');

async function ask(): Promise<string> {
  const names = randomNames();
  const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(Math.min(ms, 1)) };
  const context = {
    aws: new Aws('eu-north-1', aws.endpoint),
    names,
    cleanup: new Cleanup(clock, () => {}),
    deployment: { how: '', recompresses: false, plan: async () => [], output: async () => '' },
    clock,
    signal: new AbortController().signal,
    waitSeconds: 1,
    sendEvents: false,
    note: () => {},
  };
  const [{ how } = { how: undefined }] = consumerQuestions;
  if (how?.kind !== 'asked') throw new Error('question 1 is not asked');
  return how.ask(new Prepared(context, await testImages(names), new Everywhere()));
}

test.each([
  ['accepted', [accepted, OF_ITS_FORMAT]],
  ['accepts both', [accepted, accepted]],
  ['refused', [OF_ITS_FORMAT, OF_ITS_FORMAT]],
  ['accepted', [ROLE_IS_NEW, accepted, ROLE_IS_NEW, OF_ITS_FORMAT]],
])('SageMaker: %s', async (answer, answers) => {
  aws.answers = [...answers];
  expect(await ask()).toBe(answer);
  expect(aws.answers).toEqual([]);
});

test.each([
  ['of the companion', [refused('No permission'), OF_ITS_FORMAT]],
  ['of the source', [accepted, refused('Limit exceeded')]],
])('a refusal %s for another reason answers nothing', async (_, answers) => {
  aws.answers = [...answers];
  await expect(ask()).rejects.toThrow('not for its media type');
});
