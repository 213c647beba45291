import { Refusal } from '../reasons';
import { isDigest } from './digest';
import { InexactNumber, type Json, type JsonObject } from './json';
import { formatFieldPath, formatPath, type JsonPath, quote } from './json-path';
import { isPlatformName, type Platform, platformOf } from './platform';

/** What points at a config, a layer or a child manifest. https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
  readonly urls: readonly string[];
  /** JSON paths of the fields that Docker V2 Schema 2 has no place for; `urls` not among them. */
  readonly extraFields: readonly string[];
}

/** A descriptor in an index. */
export interface Child extends Descriptor {
  readonly annotations: ReadonlyMap<string, string>;
  readonly artifactType: string | undefined;
  readonly platform: Platform | undefined;
}

const DESCRIPTOR_FIELDS = ['mediaType', 'size', 'digest', 'urls', 'annotations', 'data', 'platform', 'artifactType'];
const PLATFORM_FIELDS = ['architecture', 'os', 'os.version', 'os.features', 'variant', 'features'];
const DOCKER_DESCRIPTOR_FIELDS = new Set(['mediaType', 'size', 'digest', 'urls']);

const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map;
const kindOf = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value instanceof InexactNumber) return `the number ${quote(value.literal)}`;
  if (Array.isArray(value)) return 'an array';
  return isObject(value) ? 'an object' : `${typeof value} ${quote(value)}`;
};

/** @throws Refusal `bad-field` that names the path, what was expected there and what was found */
export function badField(path: JsonPath, expected: string, found: Json | undefined): never {
  throw new Refusal('bad-field', `expected ${expected} at ${formatPath(path)}, found ${kindOf(found)}`);
}

/**
 * Go reads JSON keys whatever their case, JavaScript does not, so `LAYERS` beside `layers` makes two images of the same bytes. Upper
 * case first, as Go folds: `ſ` to `s`, the Kelvin sign to `k`.
 */
const fold = (key: string): string => key.toUpperCase().toLowerCase();

/** @throws Refusal `case-variant-key` if a key differs from a known one by letter case only */
export function objectAt(value: Json | undefined, path: JsonPath, knownFields: readonly string[]): JsonObject {
  if (!isObject(value)) return badField(path, 'an object', value);
  let folded: Map<string, string> | undefined;
  for (const key of value.keys()) {
    if (knownFields.includes(key)) continue;
    folded ??= new Map(knownFields.map((field) => [fold(field), field]));
    const known = folded.get(fold(key));
    if (known !== undefined) {
      throw new Refusal(
        'case-variant-key',
        `the key ${quote(key)} at ${formatPath(path)} differs from ${quote(known)} by case only`,
      );
    }
  }
  return value;
}

export function arrayAt(value: Json | undefined, path: JsonPath): readonly Json[] {
  return Array.isArray(value) ? value : badField(path, 'an array', value);
}

/** An optional string; absent and empty mean the same, because kaniko writes `"mediaType": ""`. */
export function textAt(object: JsonObject, field: string, path: JsonPath): string | undefined {
  const value = object.get(field);
  if (value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : badField([...path, field], 'a string', value);
}

const NONE: readonly string[] = [];

/** The paths of the extra fields; of annotations one by one, since each can matter to somebody. */
export function extraFieldPaths(object: JsonObject, path: JsonPath, placed: ReadonlySet<string>): readonly string[] {
  let paths: string[] | undefined;
  for (const field of object.keys()) {
    if (placed.has(field)) continue;
    paths ??= [];
    const value = object.get(field);
    const at = formatPath([...path, field]);
    if (field !== 'annotations' || !isObject(value)) paths.push(at);
    else for (const annotation of value.keys()) paths.push(formatFieldPath(at, annotation));
  }
  return paths ?? NONE;
}

function sizeAt(object: JsonObject, path: JsonPath): number {
  const size = object.get('size');
  if (typeof size === 'number' && size >= 0) return size;
  if (!(size instanceof InexactNumber || typeof size === 'number')) {
    return badField([...path, 'size'], 'a size', size);
  }
  throw new Refusal(
    'unsafe-size',
    `the size at ${formatPath([...path, 'size'])} is ${quote(size)}, not a whole number from 0 to 2^53-1`,
  );
}

function digestAt(object: JsonObject, path: JsonPath): string {
  const digest = object.get('digest');
  if (typeof digest !== 'string') return badField([...path, 'digest'], 'a digest', digest);
  if (isDigest(digest)) return digest;
  throw new Refusal(
    'unsupported-digest',
    `the digest at ${formatPath([...path, 'digest'])} is ${quote(digest)}, not sha256:<64 hex digits>`,
  );
}

function urlsAt(object: JsonObject, path: JsonPath): readonly string[] {
  const urls = object.get('urls');
  if (urls === undefined || urls === null) return NONE;
  return arrayAt(urls, [...path, 'urls']).map((url, at) =>
    typeof url === 'string' && /^[\x21-\x7e]+$/.test(url) ? url : badField([...path, 'urls', at], 'a URL', url),
  );
}

export const mediaTypeAt = (value: Json | undefined, path: JsonPath): string =>
  textAt(objectAt(value, path, DESCRIPTOR_FIELDS), 'mediaType', path) ?? '';

export function descriptorAt(value: Json | undefined, path: JsonPath): Descriptor {
  const object = objectAt(value, path, DESCRIPTOR_FIELDS);
  return {
    mediaType:
      textAt(object, 'mediaType', path) ?? badField([...path, 'mediaType'], 'a media type', object.get('mediaType')),
    size: sizeAt(object, path),
    digest: digestAt(object, path),
    urls: urlsAt(object, path),
    extraFields: extraFieldPaths(object, path, DOCKER_DESCRIPTOR_FIELDS),
  };
}

function annotationsAt(object: JsonObject, path: JsonPath): ReadonlyMap<string, string> {
  const annotations = object.get('annotations');
  if (annotations === undefined || annotations === null) return new Map();
  const entries = [...objectAt(annotations, [...path, 'annotations'], [])].map(([key, value]) =>
    typeof value === 'string' ? ([key, value] as const) : badField([...path, 'annotations', key], 'a string', value),
  );
  return new Map(entries);
}

function platformAt(object: JsonObject, path: JsonPath): Platform | undefined {
  const value = object.get('platform');
  if (value === undefined || value === null) return undefined;
  const platformPath = [...path, 'platform'];
  const platform = objectAt(value, platformPath, PLATFORM_FIELDS);
  const text = (field: string) => {
    const name = textAt(platform, field, platformPath);
    return name === undefined || isPlatformName(name)
      ? name
      : badField([...platformPath, field], 'the name of a platform', name);
  };
  const os = text('os');
  const architecture = text('architecture');
  return os && architecture ? platformOf(os, architecture, text('variant')) : undefined;
}

export function childAt(value: Json | undefined, path: JsonPath): Child {
  const object = objectAt(value, path, DESCRIPTOR_FIELDS);
  return {
    ...descriptorAt(value, path),
    annotations: annotationsAt(object, path),
    artifactType: textAt(object, 'artifactType', path),
    platform: platformAt(object, path),
  };
}
