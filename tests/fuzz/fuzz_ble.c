/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "feeds/decode_json.h"
#include "feeds/row.h"

/*
 * Any bytes as an advertisement: exactly one sighting, and it comes first; no
 * reading that is not possible. The first byte chooses a family of frames, whose
 * head then stands before the rest, so that the fuzzer spends its time inside
 * one decoder; FAMILY=number in the environment holds it there:
 * 0 whole advertisement, 1 0xFFE1, 2 0x0639, 3 BTHome, 4 BTHome as sealed, 5
 * BTHome sealed with the right key, 6 Eddystone, 7 Apple, 8 0xFFF1 and the fake
 * iBeacon.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AD_MAX = 512, BODY_MAX = 220, SEALED_RIGHTLY = 5 };

static const struct family {
	uint8_t head[8]; /* of the structure, after its length */
	uint8_t len;     /* 0: no head, the rest is the advertisement */
	bool list;       /* the list of services has 0xFFF1 */
} families[] = {
	{{0}, 0, false},
	{{0x16, 0xE1, 0xFF}, 3, false},
	{{0xFF, 0x39, 0x06}, 3, false},
	{{0x16, 0xD2, 0xFC}, 3, false},
	{{0x16, 0xD2, 0xFC, 0x41}, 4, false},
	{{0x16, 0xD2, 0xFC, 0x41}, 4, false},
	{{0x16, 0xAA, 0xFE}, 3, false},
	{{0xFF, 0x4C, 0x00}, 3, false},
	{{0x16}, 1, true},
};
enum { FAMILIES = sizeof families / sizeof *families };

static const uint8_t key[16] = "0123456789abcdef";

static const uint8_t *key_of(void *context, const char *tag)
{
	(void)context;
	(void)tag;
	return key;
}

struct seen {
	int records, sightings;
	bool sealed; /* with the right key: it must open */
	bool print;  /* slow: for some inputs only */
};

static void check(void *context, const struct decoded *d)
{
	struct seen *seen = context;
	char line[DECODE_JSON_SIZE];
	if (seen->records++ == 0 && d->kind != DECODED_SIGHTING)
		abort();
	seen->sightings += d->kind == DECODED_SIGHTING;
	if (memchr(d->frame, '\0', sizeof d->frame) == NULL)
		abort();
	if (d->kind == DECODED_READING && !row_possible(d->reading.quantity, d->reading.value))
		abort();
	if (d->kind == DECODED_NAME && memchr(d->name.name, '\0', LABEL_SIZE) == NULL)
		abort();
	if (seen->sealed && d->kind == DECODED_REFUSED && d->refused.reason == REFUSED_BAD_MIC)
		abort();
	if (seen->print && decode_json(d, line) < 2)
		abort();
}

/* Counter 0 and what decrypts to `body`, behind the head. */
static size_t seal(uint8_t *out, const uint8_t *body, size_t len)
{
	static const uint8_t nonce[13] = {0xC3, 0, 0, 0x7B, 0x57, 0x3C, 0xD2, 0xFC, 0x41};
	int n = 0;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	if (ctx == NULL || EVP_EncryptInit_ex(ctx, EVP_aes_128_ccm(), NULL, NULL, NULL) != 1
		|| EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL) != 1
		|| EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 4, NULL) != 1
		|| EVP_EncryptInit_ex(ctx, NULL, NULL, key, nonce) != 1
		|| EVP_EncryptUpdate(ctx, out, &n, body, (int)len) != 1)
		abort();
	memset(out + len, 0, 4);
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 4, out + len + 4) != 1)
		abort();
	EVP_CIPHER_CTX_free(ctx);
	return len + 8;
}

/* The advertisement of a family around `body`. */
static size_t build(uint8_t ad[AD_MAX], unsigned which, const uint8_t *body, size_t len)
{
	static const uint8_t list[] = {0x03, 0x03, 0xF1, 0xFF};
	const struct family *f = &families[which];
	size_t at = 0;
	if (f->len == 0) {
		memcpy(ad, body, len < AD_MAX ? len : AD_MAX);
		return len < AD_MAX ? len : AD_MAX;
	}
	if (f->list) {
		memcpy(ad, list, sizeof list);
		at = sizeof list;
	}
	if (len > BODY_MAX)
		len = BODY_MAX;
	memcpy(ad + at + 1, f->head, f->len);
	if (which == SEALED_RIGHTLY && len > 0)
		len = seal(ad + at + 1 + f->len, body, len);
	else if (len > 0)
		memcpy(ad + at + 1 + f->len, body, len);
	ad[at] = (uint8_t)(f->len + len);
	return at + 1 + f->len + len;
}

static unsigned family_of(uint8_t first)
{
	static int held = -2;
	if (held == -2) {
		const char *text = getenv("FAMILY");
		held = text != NULL ? (int)strtol(text, NULL, 10) % FAMILIES : -1;
	}
	return held >= 0 ? (unsigned)held : first % FAMILIES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {0};
	struct decode_context dc = {.emit = check, .context = &seen, .key = key_of};
	struct decoded base = {.tag = "C300007B573C", .rssi_dbm = -61};
	uint8_t ad[AD_MAX];
	if (size == 0)
		return 0;
	unsigned family = family_of(data[0]);
	size_t len = build(ad, family, data + 1, size - 1);
	seen.sealed = family == SEALED_RIGHTLY && size > 1;
	seen.print = (data[size - 1] & 63) == 0;
	/* In a buffer of its own size, so that a sanitizer sees a read beyond it. */
	uint8_t *exact = malloc(len > 0 ? len : 1);
	if (exact == NULL)
		return 0;
	memcpy(exact, ad, len);
	ble_decode(&dc, &base, exact, len);
	free(exact);
	if (seen.sightings != 1)
		abort();
	return 0;
}
