import { type Operations, timestamp } from './operation';

const TOKEN_LIFETIME_MILLISECONDS = 12 * 60 * 60 * 1000;

export const authorizationOperations: Operations = {
  GetAuthorizationToken(_input, { registry, origin }) {
    return {
      authorizationData: [
        {
          authorizationToken: Buffer.from('AWS:local').toString('base64'),
          expiresAt: timestamp(new Date(registry.now().getTime() + TOKEN_LIFETIME_MILLISECONDS)),
          proxyEndpoint: origin,
        },
      ],
    };
  },
};
