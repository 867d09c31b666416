export default { displayName: 'storage-local', preset: '../../jest.preset.js' };
