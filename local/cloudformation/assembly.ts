import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { asObject, asString, isObject, type JsonObject, optional, show } from '../aws/json';

/** One stack as `cdk synth` left it on disk. */
export interface Assembly {
  readonly stackName: string;
  readonly body: JsonObject;
  /** The directory behind an asset's S3 key. @throws when the assembly has no such directory asset */
  assetDirectory(s3Key: string): string;
}

/**
 * Reads a CDK cloud assembly (`cdk.out`), or one plain CloudFormation template file, which has no assets.
 * @param stack artifact id or stack name; needed only when the assembly has several stacks
 * @throws when there is no such stack, or the choice is ambiguous
 */
export function readAssembly(path: string, stack?: string): Assembly {
  if (!existsSync(path)) throw new Error(`${path}: no such cloud assembly; run \`npx cdk synth\` first`);
  if (statSync(path).isFile()) {
    return { stackName: basename(path).replace(/\..*$/, ''), body: readJson(path), assetDirectory: noAssets(path) };
  }
  const manifestFile = join(path, 'manifest.json');
  const artifacts = asObject(readJson(manifestFile).artifacts, `${manifestFile}: $.artifacts`);
  const stacks = Object.entries(artifacts).filter(
    ([, artifact]) => isObject(artifact) && artifact.type === 'aws:cloudformation:stack',
  );
  const names = stacks.map(([id]) => id).join(', ') || 'none';
  const chosen = stacks.filter(
    ([id, artifact]) => stack === undefined || id === stack || stackName(id, artifact) === stack,
  );
  const [only] = chosen;
  if (only === undefined) throw new Error(`${manifestFile}: no stack ${show(stack)}; it has: ${names}`);
  if (chosen.length > 1) throw new Error(`${manifestFile}: several stacks (${names}); say which one`);

  const [id, artifact] = only;
  const properties = propertiesOf(artifact, `${manifestFile}: $.artifacts.${id}`);
  const templateFile = asString(properties.templateFile, `${manifestFile}: $.artifacts.${id}.properties.templateFile`);
  return {
    stackName: stackName(id, artifact),
    body: readJson(join(path, templateFile)),
    assetDirectory: (s3Key) => assetDirectory(path, Object.values(artifacts), s3Key),
  };
}

function assetDirectory(assembly: string, artifacts: readonly unknown[], s3Key: string): string {
  const manifests = artifacts.filter((artifact) => isObject(artifact) && artifact.type === 'cdk:asset-manifest');
  for (const artifact of manifests) {
    const manifestFile = join(
      assembly,
      asString(propertiesOf(artifact, assembly).file, `${assembly}: asset manifest file`),
    );
    const files = asObject(readJson(manifestFile).files ?? {}, `${manifestFile}: $.files`);
    for (const [id, file] of Object.entries(files)) {
      const at = `${manifestFile}: $.files.${id}`;
      const entry = asObject(file, at);
      const destinations = Object.values(asObject(entry.destinations, `${at}.destinations`));
      if (!destinations.some((destination) => isObject(destination) && destination.objectKey === s3Key)) continue;
      const source = asObject(entry.source, `${at}.source`);
      if (source.packaging !== 'zip')
        throw new Error(`${at}: packaging ${show(source.packaging)} is not supported; only directories (zip)`);
      return resolve(assembly, asString(source.path, `${at}.source.path`));
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
