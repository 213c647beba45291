import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { Accounts } from '../../../bin/cli/account';
import type { CliError } from '../../../bin/cli/errors';
import { imagesInText, parseImage } from '../../../bin/cli/image-reference';
import { processIo } from '../../../bin/cli/io';

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
  ['127.0.0.1:5111/team/app:v1', { endpoint: 'http://127.0.0.1:5111', repository: 'team/app', tag: 'v1' }],
  ['localhost:5111/app:v1', { endpoint: 'http://localhost:5111', repository: 'app' }],
  ['team__app/my--app.x:v1', { repository: 'team__app/my--app.x', tag: 'v1' }],
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
  ['team/app_:v1', /not a valid image name/],
  ['team___app:v1', /not a valid image name/],
  ['team..app:v1', /not a valid image name/],
  ['', /not a valid image name/],
])('%s is refused', (text, message) => {
  expect(() => parseImage(text)).toThrow(message);
});

describe('images in a text', () => {
  const names = (text: string) =>
    imagesInText(text)
      .map((name) => parseImage(name))
      .map(({ repository, tag, digest }) => [repository, tag ?? digest]);

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

  test('of a registry that only looks like ECR is refused, and not taken for a name', () => {
    const [uri = ''] = imagesInText('for image 123456789012.dkr.ecr.us-east-1.attacker.com/team/app:v1.');
    expect(uri).toBe('123456789012.dkr.ecr.us-east-1.attacker.com/team/app:v1');
    expect(() => parseImage(uri)).toThrow(/not in Amazon ECR/);
  });

  test('none', () => {
    expect(imagesInText(' \n')).toEqual([]);
  });
});

describe('the host', () => {
  const plain = { isFips: false, isDualStack: false };
  const hintOf = (text: string, endpointUrl?: string) => {
    try {
      return parseImage(text, endpointUrl);
    } catch (error) {
      return (error as CliError).hint;
    }
  };

  test.each<[string, object]>([
    ['dkr.ecr.eu-north-1.amazonaws.com', { region: 'eu-north-1', ...plain }],
    ['dkr.ecr.cn-north-1.amazonaws.com.cn', { region: 'cn-north-1', ...plain }],
    ['dkr.ecr.us-gov-west-1.amazonaws.com', { region: 'us-gov-west-1', ...plain }],
    ['dkr.ecr.eusc-de-east-1.amazonaws.eu', { region: 'eusc-de-east-1', ...plain }],
    ['dkr.ecr.us-iso-east-1.c2s.ic.gov', { region: 'us-iso-east-1', ...plain }],
    ['dkr.ecr.us-isob-east-1.sc2s.sgov.gov', { region: 'us-isob-east-1', ...plain }],
    ['dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk', { region: 'eu-isoe-west-1', ...plain }],
    ['dkr.ecr.us-isof-south-1.csp.hci.ic.gov', { region: 'us-isof-south-1', ...plain }],
    ['dkr.ecr-fips.us-gov-west-1.amazonaws.com', { region: 'us-gov-west-1', isFips: true, isDualStack: false }],
    ['dkr-ecr.eu-west-1.on.aws', { region: 'eu-west-1', isFips: false, isDualStack: true }],
    ['dkr-ecr-fips.us-east-1.on.aws', { region: 'us-east-1', isFips: true, isDualStack: true }],
    ['dkr-ecr.cn-north-1.on.amazonwebservices.com.cn', { region: 'cn-north-1', isDualStack: true }],
    ['dkr-ecr.us-iso-west-1.on.aws.ic.gov', { region: 'us-iso-west-1', isDualStack: true }],
    ['dkr-ecr.eu-isoe-west-1.on.cloud-aws.adc-e.uk', { region: 'eu-isoe-west-1', isDualStack: true }],
  ])('of %s is ECR', (host, expected) => {
    const whole = `123456789012.${host}`;
    const image = parseImage(`${whole}/app:v1`);
    expect(image).toMatchObject({ host: whole, account: '123456789012', repository: 'app', ...expected });
  });

  test.each([
    ['dkr.ecr.us-east-1.attacker.com', 'dkr.ecr.us-east-1.amazonaws.com'],
    ['dkr.ecr.us-east-1.amazonaws.com.attacker.com', 'dkr.ecr.us-east-1.amazonaws.com'],
    ['dkr.ecr.us-east-1.amazonaws.com.cn', 'dkr.ecr.us-east-1.amazonaws.com'],
    ['dkr.ecr.eusc-de-east-1.amazonaws.com', 'dkr.ecr.eusc-de-east-1.amazonaws.eu'],
    ['dkr-ecr.us-east-1.amazonaws.com', 'dkr-ecr.us-east-1.on.aws'],
    ['dkr.ecr-fips.us-east-1.on.aws', 'dkr.ecr-fips.us-east-1.amazonaws.com'],
  ])('of %s is not: %s was expected', (host, expected) => {
    expect(hintOf(`123456789012.${host}/app:v1`)).toBe(`Expected 123456789012.${expected}.`);
  });

  test('can be that of --endpoint-url, and then no other one beside ECR', () => {
    const endpoint = 'https://ecr.example.com:8443';
    expect(parseImage('ecr.example.com:8443/app:v1', endpoint)).toMatchObject({ endpoint, repository: 'app' });
    expect(parseImage(`${HOST}/app:v1`, endpoint)).toMatchObject(AT_HOST);
    expect(hintOf('127.0.0.1:5111/app:v1', endpoint)).toMatch(/or ecr\.example\.com:8443, which is the host/);
    expect(hintOf('ecr.example.com:8443/app:v1')).toMatch(/^Expected a private ECR registry/);
  });

  test('says which endpoint is asked', async () => {
    const endpointOf = async (host: string, options = {}) => {
      const { client } = new Accounts(options, processIo).of(parseImage(`123456789012.${host}/app:v1`));
      client.config.credentials = async () => ({ accessKeyId: 'x', secretAccessKey: 'x' });
      let asked: unknown;
      client.middlewareStack.add(
        () => async (args) => {
          asked = (args.request as { hostname: string }).hostname;
          return { output: { $metadata: {} }, response: {} };
        },
        { step: 'build', name: 'noteHost' },
      );
      await client.send(new DescribeRepositoriesCommand({}));
      return asked;
    };
    expect(await endpointOf('dkr.ecr.us-east-1.amazonaws.com')).toBe('api.ecr.us-east-1.amazonaws.com');
    expect(await endpointOf('dkr.ecr-fips.us-east-1.amazonaws.com')).toBe('api.ecr-fips.us-east-1.amazonaws.com');
    expect(await endpointOf('dkr-ecr.us-east-1.on.aws')).toBe('ecr.us-east-1.api.aws');
    expect(await endpointOf('dkr-ecr-fips.us-east-1.on.aws')).toBe('ecr-fips.us-east-1.api.aws');
    expect(await endpointOf('dkr-ecr.cn-north-1.on.amazonwebservices.com.cn')).toBe(
      'ecr.cn-north-1.api.amazonwebservices.com.cn',
    );
    const endpointUrl = 'https://ecr.example.com';
    expect(await endpointOf('dkr-ecr-fips.us-east-1.on.aws', { endpointUrl })).toBe('ecr.example.com');
  });
});
