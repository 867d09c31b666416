/** Of every package here, which have one version together. */
export const BROKER_VERSION = '0.1.0';
