/** Of pushes, and of recompressions. */
export const QUEUES = ['Pushes', 'Layers'] as const;
