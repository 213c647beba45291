import { imagesInText, parseImage } from '../../../bin/cli/image-reference';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const HOST = '123456789012.dkr.ecr.eu-north-1.amazonaws.com';
const AT_HOST = { host: HOST, account: '123456789012', region: 'eu-north-1' };

test.each<[string, object]>([
  ['team/app:v1', { repository: 'team/app', tag: 'v1', isTagImplied: false }],
  ['team/app', { repository: 'team/app', tag: 'latest', isTagImplied: true }],
  ['app', { repository: 'app', tag: 'latest', isTagImplied: true }],
  [`team/app@${DIGEST}`, { repository: 'team/app', digest: DIGEST, isTagImplied: false }],
  [`team/app:v1@${DIGEST}`, { repository: 'team/app', tag: 'v1', digest: DIGEST, isTagImplied: false }],
  [`${HOST}/team/app:v1`, { ...AT_HOST, repository: 'team/app', tag: 'v1' }],
  [`docker://${HOST}/app@${DIGEST}`, { ...AT_HOST, repository: 'app', digest: DIGEST }],
  [`https://${HOST}/app`, { ...AT_HOST, repository: 'app', tag: 'latest' }],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1', { region: 'cn-north-1', repository: 'app' }],
  [
    '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:v1',
    { region: 'us-gov-west-1', account: '123456789012' },
  ],
  ['123456789012.dkr-ecr.eu-west-1.on.aws/app:v1', { region: 'eu-west-1', account: '123456789012' }],
  ['127.0.0.1:5111/team/app:v1', { endpoint: 'http://127.0.0.1:5111', repository: 'team/app', tag: 'v1' }],
  ['localhost:5111/app:v1', { endpoint: 'http://localhost:5111', repository: 'app' }],
])('%s is understood', (text, expected) => {
  expect(parseImage(text)).toMatchObject(expected);
});

test.each([
  ['ghcr.io/team/app:v1', /not in Amazon ECR.*ghcr\.io/],
  ['public.ecr.aws/docker/library/alpine', /not in Amazon ECR/],
  ['docker.io/library/alpine:3', /not in Amazon ECR/],
  ['12345.dkr.ecr.eu-north-1.amazonaws.com/app:v1', /not in Amazon ECR/],
  ['Team/App:v1', /not a valid image name/],
  ['team/app:', /not a valid image name/],
  ['team/app:v1:v2', /not a valid image name/],
  ['team/app@sha256:abc', /not a valid image name/],
  ['team//app', /not a valid image name/],
  ['', /not a valid image name/],
])('%s is refused', (text, message) => {
  expect(() => parseImage(text)).toThrow(message);
});

describe('images in a text', () => {
  const names = (text: string) => imagesInText(text).map(({ repository, tag, digest }) => [repository, tag ?? digest]);

  test.each([
    [
      'of SageMaker, whose sentence ends after the tag',
      `An error occurred (ValidationException) when calling the CreateModel operation: Unsupported manifest media type application/vnd.oci.image.index.v1+json for image ${HOST}/team/app:v1.2. Ensure that valid manifest media type is used for specified image.`,
      [['team/app', 'v1.2']],
    ],
    [
      'of Lambda',
      `InvalidParameterValueException: The image manifest, config or layer media type for the source image ${HOST}/team/app@${DIGEST} is not supported.`,
      [['team/app', DIGEST]],
    ],
    ['of Terraform, quoted and twice', `│ Error: "${HOST}/app:v1"\n│ with image "${HOST}/app:v1"`, [['app', 'v1']]],
  ])('an error message %s', (_, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test('one on a line', () => {
    expect(names('team/app:v1\n\n# not this\n  team/app:v2\r\nteam/app:v1\n')).toEqual([
      ['team/app', 'v1'],
      ['team/app', 'v2'],
    ]);
  });

  test('none', () => {
    expect(imagesInText(' \n')).toEqual([]);
  });
});
