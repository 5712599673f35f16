package intake

import "claimwire/edi/diag"

// What can be wrong with how an encounter is written.
const (
	codeNotReadable  diag.Code = 7901
	codeUnknownField diag.Code = 7902
	codeWrongType    diag.Code = 7903
	codeFieldTwice   diag.Code = 7904
	codeTooLarge     diag.Code = 7905
	codeListTooLong  diag.Code = 7906
	codeTextTooLong  diag.Code = 7907
	codeCells        diag.Code = 7908
	codeRowNotRead   diag.Code = 7909
	codeHeader       diag.Code = 7910
	codeRowsDisagree diag.Code = 7911
	codeRowsApart    diag.Code = 7912
	codeCharacters   diag.Code = 7913
	codeAmount       diag.Code = 7914
	codeDate         diag.Code = 7915
	codeNumber       diag.Code = 7916
	codeWord         diag.Code = 7917
	codeNoEncounter  diag.Code = 7919
	codePointerForm  diag.Code = 7920
	codeOtherKind    diag.Code = 7921
	codeHour         diag.Code = 7922
)

// What can be missing, or not make a claim.
const (
	codeMissing            diag.Code = 7930
	codeNoMemberID         diag.Code = 7931
	codeNoDiagnosis        diag.Code = 7932
	codeNoLine             diag.Code = 7933
	codeNoPointer          diag.Code = 7934
	codeTooManyPointers    diag.Code = 7935
	codeTooManyModifiers   diag.Code = 7936
	codeTooManyDiagnoses   diag.Code = 7937
	codeTooManyLines       diag.Code = 7938
	codeNoPatient          diag.Code = 7939
	codeNoSubscriber       diag.Code = 7940
	codeSelfWithSubscriber diag.Code = 7941
	codeUnitsAndMinutes    diag.Code = 7942
	codeNoEarlierDecision  diag.Code = 7943
	codeWhichPayer         diag.Code = 7944
	codeDrugIncomplete     diag.Code = 7945
	codeOriginalWithNumber diag.Code = 7946
	codeLongID             diag.Code = 7947
	codeOrderTwice         diag.Code = 7948
	codeIDCharacters       diag.Code = 7949
	codeTaxIDForm          diag.Code = 7950
	codeZIPForm            diag.Code = 7951
	codePhoneForm          diag.Code = 7952
	codeTaxonomyForm       diag.Code = 7953
	codeProcedureForm      diag.Code = 7954
	codeDiagnosisForm      diag.Code = 7955
	codeModifierForm       diag.Code = 7956
	codeCLIAForm           diag.Code = 7957
	codeBillType           diag.Code = 7958
	codeNotCarried         diag.Code = 7987
	codeFrequencies        diag.Code = 7959
	codeDRGForm            diag.Code = 7923
	codePCSForm            diag.Code = 7924
	codeRevenueForm        diag.Code = 7925
	codeHIPPSForm          diag.Code = 7927
	codeCodeForm           diag.Code = 7928
	codeDischargeDiffers   diag.Code = 7929
	codeOneDay             diag.Code = 7980
)
