import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { asObject, asString, isObject, type JsonObject, optional, show } from '../aws/json';
import { unsupported } from '../aws/unsupported';
import { parseTemplate } from './yaml';

/** One stack as `cdk synth` left it on disk. */
export interface Assembly {
  readonly stackName: string;
  readonly body: JsonObject;
  /** The directory of the asset with this S3 key. @throws if there is none */
  assetDirectory(s3Key: string): string;
}

/**
 * Reads a CDK cloud assembly (`cdk.out`), or one plain CloudFormation template file, which has no assets.
 * @param stack artifact id or stack name; needed only if the assembly has several stacks
 */
export function readAssembly(path: string, stack?: string): Assembly {
  const isFile = existsSync(path) && statSync(path).isFile();
  if (isFile)
    return {
      stackName: basename(path).replace(/\..*$/, ''),
      body: parseTemplate(readFileSync(path, 'utf8'), path),
      assetDirectory: noAssets(path),
    };
  const manifestFile = join(path, 'manifest.json');
  if (!existsSync(manifestFile))
    throw new Error(`There is no synthesized stack in ${path}. Run \`npx cdk synth\`, and use its cdk.out.`);
  const artifacts = asObject(readJson(manifestFile).artifacts, `${manifestFile}: $.artifacts`);
  const [id, artifact] = pickStack(artifacts, stack, manifestFile);
  const at = `${manifestFile}: $.artifacts.${id}`;
  const templateFile = asString(propertiesOf(artifact, at).templateFile, `${at}.properties.templateFile`);
  return {
    stackName: stackName(id, artifact),
    body: readJson(join(path, templateFile)),
    assetDirectory: (s3Key) => assetDirectory(path, Object.values(artifacts), s3Key),
  };
}

function pickStack(artifacts: JsonObject, stack: string | undefined, path: string): readonly [string, unknown] {
  const stacks = Object.entries(artifacts).filter(
    ([, artifact]) => isObject(artifact) && artifact.type === 'aws:cloudformation:stack',
  );
  const named = stacks.filter(
    ([id, artifact]) => stack === undefined || id === stack || stackName(id, artifact) === stack,
  );
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const ids = stacks.map(([id]) => id).join(', ') || 'none';
  throw new Error(
    stack === undefined
      ? `${path}: expected one stack, got: ${ids}; choose one with --stack`
      : `${path}: no stack ${show(stack)}; expected one of: ${ids}`,
  );
}

function assetDirectory(assembly: string, artifacts: readonly unknown[], s3Key: string): string {
  const manifests = artifacts.filter((artifact) => isObject(artifact) && artifact.type === 'cdk:asset-manifest');
  for (const artifact of manifests) {
    const file = asString(propertiesOf(artifact, assembly).file, `${assembly}: asset manifest file`);
    const path = `${join(assembly, file)}: $.files`;
    for (const [id, asset] of Object.entries(asObject(readJson(join(assembly, file)).files ?? {}, path))) {
      const at = `${path}.${id}`;
      const { source, destinations } = asObject(asset, at);
      const keys = Object.values(asObject(destinations, `${at}.destinations`));
      if (!keys.some((destination) => isObject(destination) && destination.objectKey === s3Key)) continue;
      const { packaging, path: directory } = asObject(source, `${at}.source`);
      if (packaging !== 'zip')
        throw unsupported(`${at}: an asset that isn't a directory (packaging ${show(packaging)})`);
      return resolve(assembly, asString(directory, `${at}.source.path`));
    }
  }
  throw new Error(`${assembly}: no asset with S3 key ${show(s3Key)}`);
}

const noAssets = (path: string) => (s3Key: string) => {
  throw new Error(`${path}: a plain template has no assets, but a function's code is at S3 key ${show(s3Key)}`);
};

function stackName(id: string, artifact: unknown): string {
  return optional(propertiesOf(artifact, id).stackName, `${id}.properties.stackName`, asString) ?? id;
}

function propertiesOf(artifact: unknown, path: string): JsonObject {
  return asObject(asObject(artifact, path).properties ?? {}, `${path}.properties`);
}

function readJson(file: string): JsonObject {
  return asObject(JSON.parse(readFileSync(file, 'utf8')), file);
}
