import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { asObject, asString, type JsonObject } from '../aws/json';
import { unsupported } from '../aws/unsupported';

/**
 * Reads a template in YAML 1.1, as CloudFormation does, or in JSON. The short form of a function becomes the long one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 * @throws if the text is not a map in YAML
 */
export function parseTemplate(text: string, file: string): JsonObject {
  const { errors, contents } = parseDocument(text, { version: '1.1', logLevel: 'error' });
  const [problem] = errors;
  if (problem) throw new Error(`${file}: ${problem.message}`);
  return asObject(fromNode(contents, file), file);
}

function fromNode(node: unknown, file: string): unknown {
  const value = untagged(node, file);
  const name = /^!(\w+)$/.exec((node as Node | null)?.tag ?? '')?.[1];
  if (name === undefined) return value;
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
}

function untagged(node: unknown, file: string): unknown {
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [asString(untagged(key, file), `${file}: a key`), fromNode(value, file)]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => fromNode(item, file));
  if (node === null) return null;
  if (!isScalar(node)) throw unsupported(`${file}: an alias in YAML`);
  // A date without quotes, which CloudFormation takes as it's written.
  return node.value instanceof Date ? node.source : node.value;
}
