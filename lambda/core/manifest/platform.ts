/** A platform as image-spec names it, normalized: `arm64` has no variant, `arm` has one. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Other names of the same architecture, as containerd normalizes them. */
const ALIASES = new Map<string, readonly [architecture: string, variant?: string]>([
  ['x86_64', ['amd64']],
  ['x86-64', ['amd64']],
  ['i386', ['386']],
  ['aarch64', ['arm64']],
  ['armhf', ['arm', 'v7']],
  ['armel', ['arm', 'v6']],
]);

/** The variant that an architecture has when none is named. */
const BASE_VARIANT = new Map([
  ['amd64', 'v1'],
  ['arm64', 'v8'],
]);

/** @returns the platform, normalized, so that equal platforms have equal fields: `arm64` is `arm64/v8`, `arm` is `arm/v7` */
export function platformOf(os: string, architecture: string, variant?: string): Platform {
  const [name, impliedVariant] = ALIASES.get(architecture) ?? [architecture];
  const named = variant ?? impliedVariant ?? (name === 'arm' ? 'v7' : undefined);
  return { os, architecture: name, ...(named && named !== BASE_VARIANT.get(name) ? { variant: named } : {}) };
}

/** @returns `undefined` unless the text is `os/architecture` or `os/architecture/variant` */
export function parsePlatform(text: string): Platform | undefined {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_-]+)(?:\/([a-z0-9.]+))?$/.exec(text) ?? [];
  return os && architecture ? platformOf(os, architecture, variant) : undefined;
}

export const formatPlatform = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter(Boolean).join('/');

export const samePlatform = (a: Platform, b: Platform): boolean => formatPlatform(a) === formatPlatform(b);

/** The part of a further companion tag that names the platform: `arm64`, `armv7`. */
export const platformTagPart = ({ architecture, variant = '' }: Platform): string => architecture + variant;

/** Whether a text can be the name of an os, architecture or variant; anything else would only make messages long. */
export const isPlatformName = (text: string): boolean => /^[\w.-]{1,24}$/.test(text);
