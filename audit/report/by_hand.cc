namespace caveat::audit {

// VERIFY.md of a package. tests/audit/report runs its commands.
extern const char* const kVerifyByHand;
const char* const kVerifyByHand = R"md(# Checking this package / 核对本证据包

With the tool: `caveat verify PACKAGE.zip --key log.vkey`, where `log.vkey` came to you by another way than this package.
使用工具：`caveat verify PACKAGE.zip --key log.vkey`，其中 `log.vkey` 须经本证据包以外的途径取得。

By hand, with `unzip`, `base64`, `sha256sum` and `openssl`, in the unpacked folder. Write the place of the `log.vkey` that you got into the
second line; the one in this package proves only itself. It ends with `members: same`; if it does not, a step failed.
手工核对（在解包后的目录中，使用 `unzip`、`base64`、`sha256sum`、`openssl`）。请将第二行改为您取得的 `log.vkey` 的路径；证据包内的那一份只能证明其自身。
若最后一行不是 `members: same`，则有步骤未通过。

```sh
( set -e
KEY=/path/to/the/log.vkey/you/got
test -s "$KEY"
d=$(mktemp -d)
trap 'rm -r "$d"' EXIT
# the public key, as openssl reads it / 将公钥转换为 openssl 可读的形式
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d+ -f3- "$KEY" | base64 -d | tail -c 32; } > "$d/key.der"
# who signed the checkpoint / 检查点的签名
sed '/^$/,$d' checkpoint > "$d/text"
grep '^— ' checkpoint | head -n 1 | cut -d' ' -f3 | base64 -d | tail -c +5 > "$d/signature"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$d/key.der" -rawin -in "$d/text" -sigfile "$d/signature"
# who signed the manifest, and that it is this one / 清单的签名，以及清单确为所签署者
sed '/^$/,$d' manifest.json.sig > "$d/text"
grep '^— ' manifest.json.sig | head -n 1 | cut -d' ' -f3 | base64 -d | tail -c +5 > "$d/signature"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$d/key.der" -rawin -in "$d/text" -sigfile "$d/signature"
test "$(sed -n 2p manifest.json.sig)" = "$(openssl dgst -sha256 -binary manifest.json | base64)"
echo "manifest: same"
# every member is the one of the manifest / 各成员与清单一致
sed -n 's/.*"name":"\([^"]*\)","size":[0-9]*,"sha256":"\([0-9a-f]*\)".*/\2  \1/p' manifest.json > "$d/members"
sha256sum --check --quiet "$d/members"
# the rules, if it brings any: each DIGEST.cbor is the one of that digest / 所附规则（如有）：各 DIGEST.cbor 与其摘要一致
for form in packs/*.cbor; do
  test -e "$form" || continue
  test "packs/$(sha256sum "$form" | cut -d' ' -f1).cbor" = "$form"
done
echo "members: same" )
```

The digests of the rules are those of the table "Rule packs in force" of report.html, which records hold. `caveat check packs/DIGEST` of the product
compiles the files beside a DIGEST.cbor, which are what a person reads, and prints the digest that they have.
规则的摘要见 report.html“生效的规则包”一表，即记录所载者。与 DIGEST.cbor 同名的目录为供阅读的规则文件，`caveat check packs/DIGEST` 可编译并列出其摘要。

What this does not show: whose key it is that you named, and that nobody made this package anew under a key of his own: that stands and falls
with the way by which `log.vkey` came to you. Nor that the headers are all of the log's in the range, and that opened sections are those that
were committed to (claims 6 to 11 of `caveat verify`). `docs/formats.md` of the product says how to reckon both.
这些命令未证明：您指定的公钥属于谁，以及无人以自己的密钥另造此证据包，这取决于您取得 `log.vkey` 的途径；也未证明记录头即该范围内的全部记录，
以及公开的部分与承诺一致（`caveat verify` 第 6 至 11 项）。后两项的算法见产品文档 `docs/formats.md`。
)md";

}  // namespace caveat::audit
