export default { displayName: 'connector-s3', preset: '../../jest.preset.js' };
