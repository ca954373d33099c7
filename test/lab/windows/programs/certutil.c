/*
 * certutil.exe -hashfile FILE SHA256: Wine's own accepts it and does nothing. The layout is that of
 * Windows 10 and later.
 */
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>

static int failed(DWORD error)
{
    printf("CertUtil: -hashfile command FAILED: 0x%08lx (WIN32: %lu)\n", HRESULT_FROM_WIN32(error), error);
    return (int)HRESULT_FROM_WIN32(error);
}

static int hash_file(const char *path)
{
    HCRYPTPROV provider;
    HCRYPTHASH hash;
    BYTE space[65536], digest[32];
    DWORD read, size = sizeof digest;
    HANDLE file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) return failed(GetLastError());
    if (!CryptAcquireContextA(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT) ||
        !CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash))
        return failed(GetLastError());
    for (;;) {
        if (!ReadFile(file, space, sizeof space, &read, NULL)) return failed(GetLastError());
        if (read == 0) break;
        CryptHashData(hash, space, read, 0);
    }
    CryptGetHashParam(hash, HP_HASHVAL, digest, &size, 0);
    printf("SHA256 hash of %s:\n", path);
    for (DWORD i = 0; i < size; i++) printf("%02x", digest[i]);
    printf("\nCertUtil: -hashfile command completed successfully.\n");
    return 0;
}

int main(int argc, char **argv)
{
    BOOL known = argc == 4 && (!_stricmp(argv[1], "-hashfile") || !_stricmp(argv[1], "/hashfile")) &&
                 !_stricmp(argv[3], "SHA256");
    return known ? hash_file(argv[2]) : failed(ERROR_INVALID_PARAMETER);
}
