import {
  isForeignLayer,
  isIndex,
  isLayer,
  isManifest,
  isOci,
  toDockerLayer,
  toOciLayer,
} from '../../../../lambda/core/manifest/media-types';
import { DOCKER, OCI } from '../../../support/manifests';

const DOCKER_ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
const ALL = [...Object.values(OCI), ...Object.values(DOCKER), DOCKER_ZSTD, '', 'application/json'];
const named = (is: (mediaType: string) => boolean) => ALL.filter(is);

test('each media type is what it is, and nothing else', () => {
  expect(named(isManifest)).toEqual([OCI.manifest, DOCKER.manifest]);
  expect(named(isIndex)).toEqual([OCI.index, DOCKER.list]);
  expect(named(isOci)).toEqual(Object.values(OCI).filter((mediaType) => mediaType !== OCI.empty));
  expect(named(isLayer)).toEqual([
    OCI.gzip,
    OCI.tar,
    OCI.zstd,
    OCI.foreignGzip,
    OCI.foreignTar,
    DOCKER.gzip,
    DOCKER.tar,
    DOCKER.foreignGzip,
    DOCKER.foreignTar,
    DOCKER_ZSTD,
  ]);
  expect(named(isForeignLayer)).toEqual([OCI.foreignGzip, OCI.foreignTar, DOCKER.foreignGzip, DOCKER.foreignTar]);
});

test.each([
  [OCI.gzip, DOCKER.gzip],
  [OCI.tar, DOCKER.tar],
  [OCI.foreignGzip, DOCKER.foreignGzip],
  [OCI.foreignTar, DOCKER.foreignTar],
])('%s is %s, and each is its own name', (oci, docker) => {
  expect([toDockerLayer(oci), toDockerLayer(docker)]).toEqual([docker, docker]);
  expect([toOciLayer(docker), toOciLayer(oci)]).toEqual([oci, oci]);
});

test.each([OCI.zstd, DOCKER_ZSTD, OCI.config, DOCKER.config, ''])(
  '%p is not a layer that both forms can say',
  (other) => {
    expect([toDockerLayer(other), toOciLayer(other)]).toEqual([undefined, undefined]);
  },
);
