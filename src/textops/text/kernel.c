/* What costs most of a prediction, compiled: folding of white space and case, and the counting of n-grams.
 *
 * It is optional. Where it was not compiled, the code in numpy that it is proven equal to does the same, slower:
 * textops/text/normalization.py, hashing.py, ngrams.py and counting.py, which also say what is computed and why.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BASE 0x9E3779B1u
#define MIX_1 0x85EBCA6Bu
#define MIX_2 0xC2B2AE35u
#define PAIR 0x27D4EB2Fu
#define HASH_BITS 32
#define BLANK ' '
#define SINGLE 2
#define CODE_POINTS 0x110000

/* Both tables are larger than the fast caches, and their places are as good as random. */
#define AHEAD 24
#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* How often each id has occurred so far; all zeros between two calls. The GIL keeps others away from it. */
static uint32_t *occurred = NULL;
static Py_ssize_t occurred_size = 0;

typedef struct {
    int word_shift, character_shift, pairs, shortest, longest;
    uint32_t first_character_id;
} Settings;

static uint32_t mix(uint32_t code) {
    uint32_t mixed = code * MIX_1 + MIX_2;
    mixed ^= mixed >> 15;
    return mixed * MIX_2;
}

/* Write the codes of " text " and return how many: the blanks belong to the character runs. An empty text has none. */
static Py_ssize_t read_codes(PyObject *text, uint32_t *codes) {
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    const void *data = PyUnicode_DATA(text);
    if (length == 0) return 0;
    codes[0] = codes[length + 1] = BLANK;
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        for (Py_ssize_t i = 0; i < length; i++) codes[i + 1] = ((const Py_UCS1 *)data)[i];
        break;
    case PyUnicode_2BYTE_KIND:
        for (Py_ssize_t i = 0; i < length; i++) codes[i + 1] = ((const Py_UCS2 *)data)[i];
        break;
    default:
        memcpy(codes + 1, data, (size_t)length * sizeof *codes);
    }
    return length + 2;
}

/* Write the hash of each word and return how many: the sum of mixed[i] * BASE**i, i counted from its first character.
 * A word goes from one separator to the next; a character of class SINGLE is one by itself. */
static Py_ssize_t hash_words(
    const uint32_t *codes, const uint32_t *mixed, Py_ssize_t length, const uint8_t *classes, uint32_t *hashes
) {
    Py_ssize_t words = 0;
    uint32_t hash = 0, power = 1;
    uint8_t before = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        uint8_t class = classes[codes[i]];
        if (before && (!class || class == SINGLE || before == SINGLE)) hashes[words++] = hash;
        if (class && (!before || class == SINGLE || before == SINGLE)) hash = 0, power = 1;
        if (class) {
            hash += mixed[i] * power;
            power *= BASE;
        }
        before = class;
    }
    return words;
}

/* Write the ids of all words, pairs and runs, in this order, each as often as it occurs; return how many. */
static Py_ssize_t write_ids(
    const uint32_t *codes, uint32_t *mixed, uint32_t *scratch, Py_ssize_t length, const uint8_t *classes,
    const Settings *settings, uint32_t *ids
) {
    Py_ssize_t number = 0;
    for (Py_ssize_t i = 0; i < length; i++) mixed[i] = mix(codes[i]);

    Py_ssize_t words = hash_words(codes, mixed, length, classes, scratch);
    for (Py_ssize_t i = 0; i < words; i++) ids[number++] = (scratch[i] >> settings->word_shift) + 1;
    if (settings->pairs)
        for (Py_ssize_t i = 0; i + 1 < words; i++)
            ids[number++] = ((scratch[i] * PAIR + scratch[i + 1]) >> settings->word_shift) + 1;

    /* scratch holds the hash of the run of the present length that starts at each character. */
    memcpy(scratch, mixed, (size_t)length * sizeof *scratch);
    for (Py_ssize_t run = 1; run <= settings->longest && run <= length; run++) {
        Py_ssize_t runs = length - run + 1;
        if (run > 1)
            for (Py_ssize_t i = 0; i < runs; i++) scratch[i] = scratch[i] * BASE + mixed[i + run - 1];
        if (run < settings->shortest) continue;
        for (Py_ssize_t i = 0; i < runs; i++)
            ids[number + i] = (scratch[i] >> settings->character_shift) + settings->first_character_id;
        number += runs;
    }
    return number;
}

/* Replace ids by new ones and drop those whose new one is 0; return how many are left. */
static Py_ssize_t select_ids(uint32_t *ids, Py_ssize_t number, const int32_t *new_ids) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t i = 0; i < number; i++) {
        PREFETCH(&new_ids[ids[i + AHEAD < number ? i + AHEAD : i]]);
        uint32_t id = (uint32_t)new_ids[ids[i]];
        ids[kept] = id;
        kept += id != 0;
    }
    return kept;
}

/* Move the distinct ids to the end of the array, in the order of their last occurrences, and count them in `occurred`;
 * return how many. */
static Py_ssize_t count_distinct(uint32_t *ids, Py_ssize_t number) {
    Py_ssize_t place = number;
    for (Py_ssize_t i = number - 1; i >= 0; i--) {
        uint32_t id = ids[i];
        PREFETCH(&occurred[ids[i > AHEAD ? i - AHEAD : 0]]);
        ids[place - 1] = id;
        place -= occurred[id]++ == 0;
    }
    return number - place;
}

static int make_room(Py_ssize_t size) {
    if (size <= occurred_size) return 0;
    uint32_t *larger = calloc((size_t)size, sizeof *larger);
    if (larger == NULL) return -1;
    free(occurred);
    occurred = larger;
    occurred_size = size;
    return 0;
}

/* Return (ids, weights, largest count), the first two as a bytearray of int32 and of float32. What occurs more often than there are weights
 * gets the last of them; the caller sees it by the largest count. */
static PyObject *weighed(const uint32_t *ids, Py_ssize_t number, const float *weights, Py_ssize_t known) {
    PyObject *id_bytes = PyByteArray_FromStringAndSize(NULL, number * (Py_ssize_t)sizeof(int32_t));
    PyObject *weight_bytes = PyByteArray_FromStringAndSize(NULL, number * (Py_ssize_t)sizeof(float));
    uint32_t largest = 0;
    float *out = weight_bytes ? (float *)PyByteArray_AS_STRING(weight_bytes) : NULL;
    for (Py_ssize_t i = 0; i < number; i++) {
        uint32_t count = occurred[ids[i]];
        occurred[ids[i]] = 0;
        if (count > largest) largest = count;
        if (out) out[i] = weights[count < (size_t)known ? count : (size_t)known - 1];
    }
    if (!id_bytes || !weight_bytes) {
        Py_XDECREF(id_bytes);
        Py_XDECREF(weight_bytes);
        return NULL;
    }
    memcpy(PyByteArray_AS_STRING(id_bytes), ids, (size_t)number * sizeof *ids);
    return Py_BuildValue("NNI", id_bytes, weight_bytes, (unsigned int)largest);
}

static PyObject *counted(
    PyObject *text, const uint8_t *classes, const Settings *settings, const Py_buffer *new_ids, const Py_buffer *weights
) {
    Py_ssize_t room = PyUnicode_GET_LENGTH(text) + 2;
    Py_ssize_t lengths = settings->longest < settings->shortest ? 0 : settings->longest - settings->shortest + 1;
    /* Codes, their hashes, a scratch as long; words and pairs, and the runs of each length. */
    uint32_t *codes = PyMem_Malloc((size_t)(room * (5 + lengths)) * sizeof *codes);
    if (codes == NULL) return PyErr_NoMemory();
    uint32_t *mixed = codes + room, *scratch = mixed + room, *ids = scratch + room;
    Py_ssize_t length = read_codes(text, codes);
    Py_ssize_t number = write_ids(codes, mixed, scratch, length, classes, settings, ids);
    if (new_ids->buf != NULL) number = select_ids(ids, number, new_ids->buf);
    Py_ssize_t distinct = count_distinct(ids, number);
    Py_ssize_t known = weights->len / (Py_ssize_t)sizeof(float);
    PyObject *result = weighed(ids + number - distinct, distinct, weights->buf, known);
    PyMem_Free(codes);
    return result;
}

static int is_possible(const Settings *settings, int word_bits, int character_bits) {
    return word_bits >= 1 && word_bits <= 29 && character_bits >= 1 && character_bits <= 29 && settings->shortest >= 1 &&
           settings->longest <= 32;
}

PyDoc_STRVAR(count_ngrams_doc,
"count_ngrams(text, classes, weights, new_ids, word_bits, character_bits, pairs, shortest, longest)\n--\n\n"
"See kernel.pyi.");

static PyObject *count_ngrams(PyObject *self, PyObject *arguments) {
    PyObject *text, *selection, *result = NULL;
    Py_buffer classes, weights, new_ids = {0};
    Settings settings;
    int word_bits, character_bits;
    if (!PyArg_ParseTuple(arguments, "Uy*y*Oiipii", &text, &classes, &weights, &selection, &word_bits, &character_bits,
                          &settings.pairs, &settings.shortest, &settings.longest))
        return NULL;
    if (selection != Py_None && PyObject_GetBuffer(selection, &new_ids, PyBUF_SIMPLE) < 0) goto done;
    if (!is_possible(&settings, word_bits, character_bits)) {
        PyErr_SetString(PyExc_ValueError, "settings that an n-gram tokenizer cannot have");
        goto done;
    }
    settings.word_shift = HASH_BITS - word_bits;
    settings.character_shift = HASH_BITS - character_bits;
    settings.first_character_id = 1 + ((uint32_t)1 << word_bits);
    Py_ssize_t size = (Py_ssize_t)settings.first_character_id + ((Py_ssize_t)1 << character_bits);
    if (classes.len != CODE_POINTS || weights.len < (Py_ssize_t)sizeof(float) ||
        (new_ids.buf != NULL && new_ids.len != size * (Py_ssize_t)sizeof(int32_t))) {
        PyErr_SetString(PyExc_ValueError, "tables of another size than the settings ask for");
        goto done;
    }
    if (make_room(size) < 0) {
        PyErr_NoMemory();
        goto done;
    }
    result = counted(text, classes.buf, &settings, &new_ids, &weights);
done:
    if (new_ids.obj) PyBuffer_Release(&new_ids);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&classes);
    return result;
}

PyDoc_STRVAR(fold_ascii_doc, "fold_ascii(text)\n--\n\nSee kernel.pyi.");

static PyObject *fold_ascii(PyObject *self, PyObject *text) {
    if (!PyUnicode_Check(text) || !PyUnicode_IS_ASCII(text)) {
        PyErr_SetString(PyExc_ValueError, "not a text of ASCII characters");
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), kept = 0;
    const Py_UCS1 *from = PyUnicode_1BYTE_DATA(text);
    Py_UCS1 *folded = PyMem_Malloc((size_t)length + 1);
    if (folded == NULL) return PyErr_NoMemory();
    int blank_before = 1;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS1 code = from[i];
        int blank = code == BLANK || (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1F);
        folded[kept] = blank ? BLANK : (Py_UCS1)(code + (code >= 'A' && code <= 'Z' ? 'a' - 'A' : 0));
        kept += !(blank && blank_before);
        blank_before = blank;
    }
    if (kept > 0 && folded[kept - 1] == BLANK) kept--;
    PyObject *result = PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, folded, kept);
    PyMem_Free(folded);
    return result;
}

static PyMethodDef methods[] = {
    {"count_ngrams", count_ngrams, METH_VARARGS, count_ngrams_doc},
    {"fold_ascii", fold_ascii, METH_O, fold_ascii_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "textops.text.kernel", "Counting of n-grams, compiled.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_kernel(void) { return PyModule_Create(&module); }
