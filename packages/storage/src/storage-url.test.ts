import t from 'tap'
import { parseStorageUrl } from './index.js'

t.test('a bucket, with and without its options', (t) => {
  t.strictSame(parseStorageUrl('s3://pictures'), {
    kind: 's3',
    bucket: 'pictures',
    prefix: '',
    region: undefined,
    endpoint: undefined,
    publicEndpoint: undefined,
    pathStyle: false,
    sse: undefined,
    kmsKeyId: undefined,
    createBucket: false,
    timeoutMs: 10_000,
    attempts: 3,
  })
  t.strictSame(
    parseStorageUrl(
      's3://my.bucket/likeness/media/?endpoint=https://s3.example.org:9000&publicEndpoint=https://files.example.org' +
        '&region=eu-west-3&pathStyle=true&sse=aws:kms&kmsKeyId=arn:aws:kms:eu-west-3:1:key/2&createBucket=true' +
        '&timeoutMs=2000&attempts=5',
    ),
    {
      kind: 's3',
      bucket: 'my.bucket',
      prefix: 'likeness/media/',
      region: 'eu-west-3',
      endpoint: 'https://s3.example.org:9000',
      publicEndpoint: 'https://files.example.org',
      pathStyle: true,
      sse: 'aws:kms',
      kmsKeyId: 'arn:aws:kms:eu-west-3:1:key/2',
      createBucket: true,
      timeoutMs: 2000,
      attempts: 5,
    },
  )
  t.end()
})

t.test('what is no storage says why, without repeating a secret', (t) => {
  const cases: [url: string, message: RegExp][] = [
    ['ftp://host/x', /scheme "ftp:"/],
    ['/srv/pictures', /no scheme/],
    ['file:relative', /file:\/\/\/absolute/],
    ['s3:pictures', /s3:\/\/bucket/],
    ['s3://', /s3:\/\/bucket/],
    ['s3://a', /s3:\/\/bucket/],
    ['s3://pictures:9000', /s3:\/\/bucket/],
    ['s3://key:hidden@pictures', /AWS_ACCESS_KEY_ID/],
    ['s3://pictures/Upper', /Not a valid blob key/],
    ['s3://pictures/a/%2e%2e/b%20c', /Not a valid blob key/],
    ['s3://pictures?endpoint=minio:9000', /endpoint is not valid/],
    ['s3://pictures?endpoint=http://key:hidden@minio', /endpoint is not valid/],
    ['s3://pictures?pathStyle=yes', /pathStyle is not valid/],
    ['s3://pictures?sse=none', /sse is not valid/],
    ['s3://pictures?timeoutMs=0', /timeoutMs is not valid/],
    ['s3://pictures?attempts=11', /attempts may be at most 10/],
    ['s3://pictures?pathstyle=true&secret=x', /unknown option: pathstyle, secret$/],
  ]
  for (const [url, message] of cases) {
    t.throws(() => parseStorageUrl(url), { message }, url)
    t.throws(() => parseStorageUrl(url), { message: /^(?!.*hidden)/ }, 'no secret')
  }
  t.end()
})
